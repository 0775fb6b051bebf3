"""Single lines of a question set, each checked, with what is wrong told by file and line."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from evaluation.errors import QuestionSetInvalid
from evaluation.types import Gold, Question

_MOST_TOLD = 20
ENCODING = "utf-8-sig"  # spreadsheets put a byte order mark in front of CSV

#: Fields that hold the question itself or its gold; every other short text is a label to slice by.
OWN_FIELDS = frozenset(
    "id _id text question answers answer answerable doc document passage_id page gold_pages sentence "
    "selected_sentences evidence long_answer justification derivation metadata".split()
)
_LONGEST_LABEL = 60
_LONGEST_NAME = 80
_GRADE = re.compile(r"-?\d{1,9}")
#: What some sets call a label; theirs are kept as they are.
_LABEL_NAMES = {"lang": "language"}
Fields = Mapping[str, object]


class Faults:
    """What is wrong with a set, gathered so that all of it can be told at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] = []

    def add(self, file: Path, line: int | None, words: str) -> None:
        """`line` counts from 1; None where it is about the whole file."""
        self._lines.append(f"{file.name}{'' if line is None else f', line {line}'}: {words}")

    def __len__(self) -> int:
        return len(self._lines)

    def error(self) -> QuestionSetInvalid:
        told = self._lines[:_MOST_TOLD]
        more = len(self._lines) - len(told)
        return QuestionSetInvalid(
            f"The question set {self._path} cannot be used:\n"
            + "\n".join(f"  {line}" for line in told)
            + (f"\n  and {more} more" if more else "")
        )


def read_json_lines(file: Path, faults: Faults) -> Iterator[tuple[int, Fields]]:
    """Each line's object with its number; lines that are none become faults, empty ones are passed over."""
    try:
        with file.open(encoding=ENCODING) as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                    json.dumps(row, ensure_ascii=False).encode()
                except UnicodeEncodeError:
                    faults.add(file, number, "it holds half a character (a lone surrogate)")
                    continue
                except (ValueError, RecursionError) as error:
                    faults.add(file, number, f"this is not JSON ({error})")
                    continue
                if isinstance(row, dict):
                    yield number, row
                else:
                    faults.add(file, number, "a line holds one JSON object, {...}")
    except OSError as error:
        faults.add(file, None, f"it cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        faults.add(file, None, f"it is not UTF-8 text ({error.reason} at byte {error.start})")


def question_of(
    row: Fields, file: Path, line: int, faults: Faults, *, in_corpus: bool = False
) -> Question | None:
    """The question of a line; None where something in it is not as it should be."""
    faults_before = len(faults)
    identity = _text(row, ("id", "_id"), file, line, faults)
    text = _text(row, ("text", "question"), file, line, faults)
    answers = _texts(row, ("answers", "answer"), file, line, faults)
    sentences = _texts(row, ("selected_sentences", "sentence"), file, line, faults)
    answerable = row.get("answerable", True)
    if not isinstance(answerable, bool):
        faults.add(file, line, f"`answerable` is true or false, not {answerable!r}")
    if answers and answerable is False:
        faults.add(file, line, "a question that is not answerable has no `answers`")
    document = _optional_text(row, ("doc", "document"), file, line, faults)
    gold = _gold_pages(row, file, line, faults)
    if len(faults) > faults_before:
        return None
    if document is not None and in_corpus:
        document = file_name(document)
    if not gold and document is not None and answerable:
        gold = (Gold(document),)
    return Question(
        id=identity,
        text=text,
        answers=answers,
        answerable=bool(answerable),
        document=document,
        gold=gold,
        gold_sentences=sentences,
        labels=_labels(row),
    )


def is_double(question: Question, lines: dict[str, int], file: Path, line: int, faults: Faults) -> bool:
    """Whether its id stood in a line before, which is a fault; `lines` remembers it."""
    first = lines.setdefault(question.id, line)
    if first != line:
        faults.add(file, line, f"the id {question.id!r} stands in line {first} already")
    return first != line


def corpus_passages(file: Path) -> Iterator[tuple[str, str, str]]:
    """(id, title, text) of each passage. Raises QuestionSetInvalid."""
    faults = Faults(file)
    for line, row in read_json_lines(file, faults):
        identity = _text(row, ("id", "_id"), file, line, faults)
        title, text = row.get("title") or "", row.get("text")
        if not isinstance(title, str) or not isinstance(text, str):
            faults.add(
                file, line, "a passage has a `text`, and a `title` that is text too where there is one"
            )
            continue
        yield identity, title, text
    if faults:
        raise faults.error()


def corpus_ids(file: Path, faults: Faults) -> frozenset[str]:
    """The ids of a corpus, each of which may stand once."""
    seen: set[str] = set()
    for line, row in read_json_lines(file, faults):
        identity = _text(row, ("id", "_id"), file, line, faults)
        if identity in seen:
            faults.add(file, line, f"the passage {identity!r} stands twice")
        seen.add(identity)
    return frozenset(seen)


def judgements(file: Path, known: frozenset[str], faults: Faults) -> dict[str, tuple[Gold, ...]]:
    """Judged documents by question: tab-separated question id, document id, grade, under a header."""
    found: dict[str, list[Gold]] = {}
    for line, fields in _tab_separated(file, faults):
        if len(fields) == 4:  # trec_eval's own form has an iteration in between
            fields = [fields[0], fields[2], fields[3]]
        if len(fields) != 3 or not _is_whole(fields[2]):
            if line > 1:  # the header
                faults.add(file, line, "a line is: question id, tab, document id, tab, a whole number")
            continue
        query, document, grade = fields
        if document not in known:
            faults.add(file, line, f"the corpus holds no passage {document!r}")
            continue
        found.setdefault(query, []).append(Gold(file_name(document), None, int(grade)))
    return {query: tuple(gold) for query, gold in found.items()}


def file_name(identity: str) -> str:
    """What a passage's file is called: its id, with a hash where file names do not allow all of it."""
    plain = "".join(c if c.isalnum() or c in "-_." else "_" for c in identity)[:_LONGEST_NAME]
    if plain != identity:
        plain += f"-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"
    return f"{plain}.md"


def _text(row: Fields, names: tuple[str, ...], file: Path, line: int, faults: Faults) -> str:
    found = next((row[name] for name in names if name in row), None)
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str) or not found.strip():
        faults.add(file, line, f"`{names[0]}` is missing or is no text")
        return ""
    return found


def _optional_text(row: Fields, names: tuple[str, ...], file: Path, line: int, faults: Faults) -> str | None:
    found = next((row[name] for name in names if row.get(name) is not None), None)
    if found is not None and not isinstance(found, str):
        faults.add(file, line, f"`{names[0]}` is the name of a document, not {found!r}")
        return None
    return found or None


def _texts(row: Fields, names: tuple[str, ...], file: Path, line: int, faults: Faults) -> tuple[str, ...]:
    found = next((row[name] for name in names if row.get(name) is not None), None)
    if isinstance(found, str):
        found = [found]
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        faults.add(file, line, f"`{names[0]}` is a list of texts")
        return ()
    return tuple(text for text in found if text.strip())


def _gold_pages(row: Fields, file: Path, line: int, faults: Faults) -> tuple[Gold, ...]:
    listed = row.get("gold_pages") or []
    gold = []
    for entry in listed if isinstance(listed, list) else [listed]:
        document, page = (entry.get("doc"), entry.get("page")) if isinstance(entry, dict) else (None, None)
        if not isinstance(document, str) or not isinstance(page, int) or page < 1:
            faults.add(file, line, 'an entry of `gold_pages` is {"doc": a file\'s name, "page": from 1}')
            return ()
        gold.append(Gold(document, page))
    return tuple(dict.fromkeys(gold))


def _labels(row: Fields) -> tuple[tuple[str, str], ...]:
    """What else the line says in a word: question type, language, where the answer comes from."""
    return tuple(
        (_LABEL_NAMES.get(name, name), value)
        for name, value in row.items()
        if name not in OWN_FIELDS and isinstance(value, str) and 0 < len(value) <= _LONGEST_LABEL
    )


def _tab_separated(file: Path, faults: Faults) -> Iterable[tuple[int, list[str]]]:
    try:
        lines = file.read_text(encoding=ENCODING).splitlines()
    except OSError as error:
        faults.add(file, None, f"it cannot be read: {error.strerror}")
        return
    except UnicodeDecodeError as error:
        faults.add(file, None, f"it is not UTF-8 text ({error.reason} at byte {error.start})")
        return
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, line.split("\t") if "\t" in line else line.split()


def _is_whole(text: str) -> bool:
    return _GRADE.fullmatch(text.strip()) is not None
