"""JSON and JSON Lines: records as lines of `name: value`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from ingest.errors import EmptyFile
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.metadata import tidy_day, tidy_language
from ingest.loaders.parts import entry_pages
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.text import document_of_text
from ingest.loaders.titles import choose_title, tidy_author
from ingest.media import JSON, JSON_LINES, tell_media_type
from ingest.types import Document

#: What JSON spells, as the standard library gives it.
Value = dict[str, "Value"] | list["Value"] | str | int | float | bool | None

_RECORDS_PER_PAGE = 100
_DEEPEST = 40  # levels read as a path; below, a value is written as it stands
_PLAIN = (str, int, float, bool)
_LONGEST_LIST_LINE = 300  # characters of plain values listed on one line


class RecordsLoader:
    """Reads JSON and JSON Lines: a record's values with the keys that lead to them.

    The elements of a list, and the lines of JSON Lines, are records, counted from 1; of an object, the
    members. What is no JSON is read as plain text, and a note says so.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({JSON, JSON_LINES})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no JSON is encrypted; the seam has it for kinds that are
    ) -> Document:
        kind = tell_media_type(content)
        if kind not in self.media_types:
            kind = JSON  # asked to read it as records all the same
        text = decode_text(content.data)
        if text is None:
            return document_of_text(content, kind)  # which finds the words for it
        text = text.lstrip("\ufeff").replace("\x00", "")
        try:
            value = _parse(text)
        except (ValueError, RecursionError) as error:
            records, wrong = _parse_lines(text)
            if wrong * 2 > len(records) or not records:
                reason = "its brackets go too deep" if isinstance(error, RecursionError) else str(error)
                return document_of_text(
                    content, kind, (f"It is no valid JSON ({reason}): read as plain text.",)
                )
            notes = (f"{wrong} of its {len(records)} lines are no valid JSON: read as plain text.",)
            return _document(content, kind, records, {}, notes if wrong else ())
        if isinstance(value, dict):
            return _document(content, kind, *_members(value))
        return _document(content, kind, value if isinstance(value, list) else [value], {}, ())


def _parse(text: str) -> Value:
    value: Value = json.loads(text, strict=False)
    return value


def _parse_lines(text: str) -> tuple[list[Value], int]:
    """A value for each line, and how many lines were none."""
    records: list[Value] = []
    wrong = 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            records.append(_parse(line))
        except (ValueError, RecursionError):
            records.append(line.strip())
            wrong += 1
    return records, wrong


def _members(value: dict[str, Value]) -> tuple[Sequence[Value], Mapping[str, Value], tuple[str, ...]]:
    """An object that wraps one list of records is that list; else each member is a record."""
    lists = [(name, inner) for name, inner in value.items() if _is_records(inner)]
    if len(lists) == 1:
        name, records = lists[0]
        rest: Value = {key: inner for key, inner in value.items() if key != name}
        return ([rest, *records] if rest else list(records)), value, ()
    return [{name: inner} for name, inner in value.items()], value, ()


def _document(
    content: FileContent,
    kind: str,
    records: Sequence[Value],
    facts: Mapping[str, Value],
    notes: tuple[str, ...],
) -> Document:
    entries = ["\n".join(_lines(record)) for record in records]
    is_split = any(entry.count("\n") for entry in entries)
    noun = "entries" if facts else "records"
    pages = entry_pages(entries, noun, separator="\n\n" if is_split else "\n", most=_RECORDS_PER_PAGE)
    if not pages:
        raise EmptyFile(f"{content.name} holds no value with any text. Check where it was copied from.")

    def said(*names: str) -> str | None:
        return next((each for name in names if isinstance(each := facts.get(name), str)), None)

    return Document(
        content.sha256,
        kind,
        choose_title(content.path, said("title", "name")),
        pages,
        author=tidy_author(said("author")),
        notes=notes,
        language=tidy_language(said("language", "lang")),
        written=tidy_day(said("modified", "updated", "date", "published", "created")),
    )


def _lines(value: Value, path: str = "", depth: int = 0) -> Iterator[str]:
    """`path: value` for each plain value below, in order."""
    prefix = f"{path}: " if path else ""
    if value is None or value == "" or value == [] or value == {}:
        return
    if depth > _DEEPEST:
        yield prefix + json.dumps(value, ensure_ascii=False)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _lines(inner, f"{path}.{name}" if path else str(name), depth + 1)
    elif isinstance(value, list):
        line = prefix + ", ".join(_plain(each) for each in value if isinstance(each, _PLAIN))
        if all(isinstance(each, _PLAIN) for each in value) and len(line) <= _LONGEST_LIST_LINE:
            yield line
            return
        for number, inner in enumerate(value, start=1):
            yield from _lines(inner, f"{path}[{number}]" if path else f"[{number}]", depth + 1)
    else:
        yield prefix + _plain(value)


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(str(value)).strip()


def _is_records(value: Value) -> TypeGuard[list[Value]]:
    return isinstance(value, list) and len(value) > 1 and all(isinstance(each, dict) for each in value)
