"""What a picture was to show or a sound to say: from a file of texts, else from the note in the file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from evaluation.errors import TextsInvalid
from generators.errors import EngineMissing
from generators.making import Maker, Making, NoteUnreadable

_TEXT_KEYS = ("text", "prompt")


def read_texts(file: Path) -> dict[str, str]:
    """Texts by the names of their files: CSV, TSV or JSON lines with `file` and `text` (or `prompt`).

    Raises TextsInvalid, which names the line.
    """
    try:
        content = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise TextsInvalid(f"The file of texts {file} cannot be read: {reason}.") from error
    texts: dict[str, str] = {}
    for number, row in _rows(file, content):
        name = row.get("file")
        text = next((row[key] for key in _TEXT_KEYS if row.get(key)), None)
        if not isinstance(name, str) or not name.strip() or not isinstance(text, str):
            raise TextsInvalid(
                f"{file}, line {number}: each line names a `file` and its `text` (or `prompt`). The file is "
                "CSV or TSV with these columns, or JSON lines (.jsonl) with these keys."
            )
        if texts.setdefault(name.strip(), text) != text:
            raise TextsInvalid(f"{file}, line {number}: {name} has another text further up. Keep one.")
    if not texts:
        raise TextsInvalid(f"The file of texts {file} holds no text.")
    return texts


def texts_of(
    files: Sequence[tuple[str, Path]],
    stated: Mapping[str, str] | None,
    read_note: Callable[[Path], Making],
    maker: Maker,
) -> dict[str, str]:
    """The text of each (name, path) that has one, by its name.

    With `stated` nothing else counts; a file is found by its name, its last part, or that without its ending.
    Without, the note in the file says it, where `maker` made the file. Raises TextsInvalid where `stated`
    names none of the files.
    """
    if stated is None:
        noted = ((name, _noted(path, read_note, maker)) for name, path in files)
        return {name: text for name, text in noted if text}
    found = ((name, next((stated[key] for key in _keys(name) if key in stated), None)) for name, _ in files)
    matched = {name: text for name, text in found if text}
    if not matched:
        raise TextsInvalid(
            f"The file of texts names none of the {len(files):,} files, such as {files[0][0]}; it names "
            f"{next(iter(stated), 'nothing')}."
        )
    return matched


def unused_names(names: Iterable[str], stated: Mapping[str, str]) -> list[str]:
    """Names in a file of texts that no file here answers to."""
    known = {key for name in names for key in _keys(name)}
    return [name for name in stated if name not in known]


def _keys(name: str) -> tuple[str, ...]:
    path = Path(name)
    return name, path.name, path.stem


def _noted(path: Path, read_note: Callable[[Path], Making], maker: Maker) -> str | None:
    try:
        making = read_note(path)
    except (NoteUnreadable, EngineMissing, OSError):
        return None  # a damaged file is told where it is measured
    return making.prompt.strip() if making.maker == maker else None


def _rows(file: Path, content: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    if file.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        for number, line in enumerate(content.split("\n"), start=1):  # U+2028 may stand in a text
            if line.strip():
                yield number, _object(file, number, line)
        return
    delimiter = "\t" if file.suffix.lower() == ".tsv" else ","
    reader = csv.DictReader(io.StringIO(content, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise TextsInvalid(f"{file}, line {reader.line_num}: {error}.") from error


def _object(file: Path, number: int, line: str) -> Mapping[str, object]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise TextsInvalid(f"{file}, line {number} is no JSON: {error}.") from error
    if not isinstance(row, dict):
        raise TextsInvalid(f"{file}, line {number}: an object with `file` and `text` is expected.")
    return row
