"""Question sets as they lie on disk, read and checked.

Three forms, told apart by what is there:

- *Refdesk's*: a folder with `queries.jsonl` (id, text, answers, answerable, and perhaps doc, gold_pages,
  selected_sentences, passage_id), and either `pdfs/` (or `files/`) or `corpus.jsonl` (id, title, text) with
  `qrels.tsv` (query id, document id, grade). A `queries.jsonl` by itself will do too.
- *BEIR's* (https://github.com/beir-cellar/beir): `corpus.jsonl`, `queries.jsonl` (`_id`), `qrels/test.tsv`.
- A *CSV file* with the columns `question` and `answer`, and perhaps `id`, `answerable`, `document`, `page`,
  `sentence`; every other column is a label to slice by.

Everything wrong with a set is told at once, with file and line.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from dataclasses import asdict, replace
from pathlib import Path

from evaluation.errors import QuestionSetInvalid
from evaluation.question_rows import (
    Faults,
    corpus_ids,
    corpus_passages,
    file_name,
    is_double,
    judgements,
    question_of,
    read_json_lines,
)
from evaluation.question_tables import read_csv
from evaluation.types import Gold, Question, QuestionSet

_QUERIES, _CORPUS, _QRELS = "queries.jsonl", "corpus.jsonl", "qrels.tsv"
_BEIR_QRELS = ("qrels/test.tsv", "qrels/dev.tsv", "qrels/train.tsv")
_DRAFTED = "attempts.jsonl"
_FILE_FOLDERS = ("pdfs", "files")


def load_question_set(path: str | os.PathLike[str]) -> QuestionSet:
    """The set in a folder or file. Raises QuestionSetInvalid with the lines at fault."""
    path = Path(path).expanduser()
    faults = Faults(path)
    if path.is_dir():
        found = _folder(path, faults)
    elif path.suffix.lower() in {".csv", ".tsv"}:
        found = QuestionSet(path.stem, "", tuple(read_csv(path, faults)))
    elif path.is_file():
        found = QuestionSet(path.stem, "", tuple(_questions(path, None, faults)))
    else:
        faults.add(path, None, "there is no such file or folder")
        raise faults.error()
    if not found.questions and not faults:
        faults.add(path, None, "it holds no question")
    if faults:
        raise faults.error()
    return replace(found, sha256=_digest(found.questions))


def lay_out(question_set: QuestionSet, folder: Path) -> Path | None:
    """The folder of the set's files, a corpus laid out in `folder` as one file per passage.

    `folder` is the set's own: what else lies there is removed.
    None where the set brings no documents.
    """
    if question_set.corpus is None:
        return question_set.files
    folder.mkdir(parents=True, exist_ok=True)
    gone = {file.name for file in folder.iterdir()}
    for identity, title, text in corpus_passages(question_set.corpus):
        gone.discard(file_name(identity))
        heading = f"# {title}\n\n" if title else ""
        target = folder / file_name(identity)
        content = heading + text
        if not target.exists() or target.read_text(encoding="utf-8") != content:
            target.write_text(content, encoding="utf-8")
    for name in gone:  # of an earlier state of the corpus
        (folder / name).unlink()
    return folder


def drawn(
    question_set: QuestionSet,
    *,
    count: int | None = None,
    answerable: int | None = None,
    unanswerable: int | None = None,
    seed: int = 0,
) -> QuestionSet:
    """Some of the questions, drawn with the seed and in the set's order; all where no number is given.

    `count` draws from all questions, the other two from those of a kind. A kind without a number is left
    out where the other has one. Fewer are there: all of them. Raises QuestionSetInvalid for none.
    """
    if count is None and answerable is None and unanswerable is None:
        return question_set
    draw = random.Random(seed)  # noqa: S311 - a fixed draw, no secret
    if count is not None:
        kinds = [(count, question_set.questions)]
    else:
        kinds = [
            (wanted or 0, tuple(one for one in question_set.questions if one.answerable == kind))
            for wanted, kind in ((answerable, True), (unanswerable, False))
        ]
    chosen = {one.id for wanted, some in kinds for one in draw.sample(some, min(wanted, len(some)))}
    questions = tuple(question for question in question_set.questions if question.id in chosen)
    if not questions:
        raise QuestionSetInvalid(f"Of the question set {question_set.name!r} no question was drawn.")
    return replace(question_set, questions=questions, sha256=_digest(questions))


def _folder(folder: Path, faults: Faults) -> QuestionSet:
    queries, corpus = folder / _QUERIES, folder / _CORPUS
    if not queries.is_file():
        if (folder / _DRAFTED).is_file():
            faults.add(
                queries, None, f"nothing of what was drafted is accepted: refdesk eval review {folder}"
            )
        else:
            faults.add(queries, None, "a folder of questions holds this file")
        raise faults.error()
    files = next((folder / name for name in _FILE_FOLDERS if (folder / name).is_dir()), None)
    qrels = next(
        (folder / name for name in (_QRELS, *_BEIR_QRELS) if (folder / name).is_file()),
        None,
    )
    relevant: dict[str, tuple[Gold, ...]] | None = None
    if corpus.is_file() and files is None:
        known = corpus_ids(corpus, faults)
        relevant = judgements(qrels, known, faults) if qrels is not None else {}
    questions = tuple(_questions(queries, relevant, faults))
    if relevant is not None and qrels is not None:
        asked = {question.id for question in questions}
        # BEIR's judgements of one split name some of the questions; the others are not asked.
        if not (folder / _QRELS).is_file():
            questions = tuple(question for question in questions if question.id in relevant)
        for unknown in sorted(relevant.keys() - asked)[:3]:
            faults.add(qrels, None, f"it judges the question {unknown!r}, which {_QUERIES} does not hold")
    return QuestionSet(
        folder.name, "", questions, files=files, corpus=corpus if corpus.is_file() and files is None else None
    )


def _questions(file: Path, relevant: dict[str, tuple[Gold, ...]] | None, faults: Faults) -> list[Question]:
    questions = []
    lines: dict[str, int] = {}
    for line, row in read_json_lines(file, faults):
        question = question_of(row, file, line, faults, in_corpus=relevant is not None)
        if question is None or is_double(question, lines, file, line, faults):
            continue
        if relevant is not None:
            question = replace(question, gold=relevant.get(question.id, question.gold))
        questions.append(question)
    return questions


def _digest(questions: tuple[Question, ...]) -> str:
    """Of all that questions say; the same whatever form they came in."""
    digest = hashlib.sha256()
    for question in questions:
        digest.update(json.dumps(asdict(question), ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()
