"""Rows of tables in documents' texts: `Label | 2019: 12 | 2018: 9`, `| Label | 12 | 9 |`, `Label 12 9`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CURRENCY = r"(?:US|A|C|AU|NZ)?[$€£¥]"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
#: A figure by itself, as cells hold it: `1,234`, `$ (426)`, `(4.1)%`, `−3.5 %`.
FIGURE = rf"\(?[-–−]?\s?{_CURRENCY}?\s?\(?[-–−]?\s?{_CURRENCY}?\s?{_DIGITS}\s?%?\s?\)?\s?%?"
_ONE_FIGURE = re.compile(FIGURE)
_NOTE = re.compile(r"\s*\((?:\d{1,2}|[a-z])\)$")
_NAMED = re.compile(r"(?P<name>[^|]{1,80}?):\s(?P<text>\S.*)")
_RULER = re.compile(r"[\s|:+=-]+")
_PLAIN = re.compile(rf"(?P<label>.*?)(?P<values>(?:(?:^|\s+)(?:{FIGURE}|[-–—])(?=\s|$)){{2,}})\s*")
_VALUE = re.compile(rf"{FIGURE}|[-–—]")
_YEAR = re.compile(r"(?:19|20)\d\d")
_PROSE = re.compile(r"[a-z]{2,}[.;!?](?:\s|$)")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text, and its column's name where the row itself says it."""

    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. Its cells are in the table's columns, counted from the right where `aligned` is false."""

    label: str
    cells: tuple[Cell, ...]
    aligned: bool

    @property
    def is_named(self) -> bool:
        """Whether the row says by itself what its columns are."""
        return any(cell.name for cell in self.cells)

    @property
    def is_heading(self) -> bool:
        """Whether the row names columns (years, dates, words) and holds no figure of its own."""
        return not any(is_figure(cell.text) and not is_year(cell.text) for cell in self.cells)

    @property
    def is_bare(self) -> bool:
        """Whether it is a label alone, such as the title of the rows below."""
        return not any(cell.text for cell in self.cells)


def read_row(text: str) -> Row | None:
    """The row that a line of a document is; None for prose and for what only draws lines."""
    line = text.strip()
    if not line or "\n" in line or _RULER.fullmatch(line):
        return None
    return _piped(line) if "|" in line else _plain(line)


def is_figure(text: str) -> bool:
    """Whether a cell holds a figure and nothing else, but perhaps the mark of a note."""
    return _ONE_FIGURE.fullmatch(without_note(text)) is not None


def is_year(text: str) -> bool:
    return _YEAR.fullmatch(without_note(text)) is not None


def without_note(text: str) -> str:
    """A cell or a label without the `(1)` that points to a note."""
    return _NOTE.sub("", text.strip()) or text.strip()


def _piped(line: str) -> Row:
    bounded = len(line) > 1 and line.startswith("|") and line.endswith("|")
    texts = [part.strip() for part in (line[1:-1] if bounded else line).split("|")]
    cells = [_cell(text) for text in texts]
    label = cells[0].text if not is_figure(cells[0].text) or is_year(cells[0].text) else ""
    return Row(label, tuple(cells[1:]) if label or not cells[0].text else tuple(cells), not _names(cells))


def _names(cells: list[Cell]) -> bool:
    return any(cell.name for cell in cells[1:])


def _cell(text: str) -> Cell:
    named = _NAMED.fullmatch(text)
    return Cell(named.group("text"), named.group("name").strip()) if named else Cell(text)


def _plain(line: str) -> Row | None:
    """A row whose cells stand apart by white space only, as in a PDF's text: at least two figures end it."""
    match = _PLAIN.fullmatch(line)
    if match is None or _PROSE.search(match.group("label")):
        return None
    values = [value.group().strip() for value in _VALUE.finditer(match.group("values"))]
    return Row(match.group("label").strip(), tuple(Cell(value) for value in values), aligned=False)
