"""The figures of passages, each with what its row, its column and the title above it say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.calculation.asked import periods_in
from rag.calculation.figures import Figure, figures_in, stated_scale, whole_figure
from rag.tables import Row, is_year, read_row, without_note
from rag.types import Passage, Span

_LONGEST_TITLE = 80
_CAPTION = 120


@dataclass(frozen=True, slots=True)
class Located:
    """A figure and where it stands. In prose `label` is the sentence, and there is no table.

    `table`, `row` and `column` count from 0; `heading` is what stands above the column, `section` the title
    above the row, `scale` what the table says of its figures where the figure itself says none.
    """

    figure: Figure
    passage: Passage
    span: Span
    label: str
    heading: str = ""
    section: str = ""
    table: int | None = None
    row: int = 0
    column: int = 0
    scale: str = ""

    @property
    def periods(self) -> tuple[str, ...]:
        """The years that its column or its row is of."""
        return periods_in(self.heading) or periods_in(self.label) or periods_in(self.section)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    span: Span
    row: Row | None


def located_figures(passages: Sequence[Passage]) -> list[Located]:
    """All figures of the passages, in their order."""
    found: list[Located] = []
    tables = 0
    for passage in passages:
        lines = [
            _Line(text, span, read_row(text))
            for span in passage.spans
            for text in span.text.split("\n")
            if text.strip()
        ]
        caption = next(
            (scale for line in lines if len(line.text) <= _CAPTION and (scale := stated_scale(line.text))), ""
        )
        for run in _runs(lines):
            if run[0].row is None:
                found += _of_prose(passage, run[0])
                continue
            found += _of_table(passage, run, tables, caption)
            tables += 1
    return found


def _runs(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Each table as one run, with short titles between its rows; every line of prose by itself."""
    run: list[_Line] = []
    for position, line in enumerate(lines):
        following = lines[position + 1].row if position + 1 < len(lines) else None
        if line.row is not None or (run and following is not None and len(line.text) <= _LONGEST_TITLE):
            run.append(line)
            continue
        if run:
            yield run
            run = []
        yield [line]
    if run:
        yield run


def _of_prose(passage: Passage, line: _Line) -> Iterator[Located]:
    for _, _, figure in figures_in(line.text):
        yield Located(figure, passage, line.span, line.text)


def _of_table(passage: Passage, run: Sequence[_Line], table: int, caption: str) -> Iterator[Located]:
    scale = next((scale for line in run if (scale := _scale_of(line))), caption)
    headings: list[Row] = []
    section, seen = "", False
    for number, line in enumerate(run):
        row = line.row
        if (
            row is None
            or row.is_bare
            or (not row.label and len([c for c in row.cells if c.text]) == 1 and seen)
        ):
            section = line.text.strip("| ")
            continue
        if row.is_heading and (
            not seen or not row.label or all(is_year(c.text) for c in row.cells if c.text)
        ):
            headings = [row] if seen else [*headings, row]
            seen = False
            continue
        seen = True
        for place, cell in enumerate(row.cells):
            figure = whole_figure(cell.text)
            if figure is None:
                continue
            heading = cell.name or _heading(headings, row, place)
            yield Located(
                figure,
                passage,
                line.span,
                without_note(row.label),
                heading,
                section,
                table,
                number,
                place,
                scale,
            )


def _scale_of(line: _Line) -> str:
    """What a heading, a title or an otherwise empty row says of the table's figures."""
    if line.row is None or line.row.is_heading:
        return stated_scale(line.text)
    names = " | ".join(cell.name for cell in line.row.cells)
    return stated_scale(names)


def _heading(headings: Sequence[Row], row: Row, place: int) -> str:
    """What the rows of headings say above one cell; from the right where rows differ in length."""
    parts: list[str] = []
    for heading in headings:
        column = (
            place if len(heading.cells) == len(row.cells) else place - len(row.cells) + len(heading.cells)
        )
        if not 0 <= column < len(heading.cells):
            continue
        text = heading.cells[column].text
        if not text and heading.cells[0].text:  # a heading over several columns stands in the first of them
            text = next((cell.text for cell in reversed(heading.cells[:column]) if cell.text), "")
        if text:
            parts.append(text)
    return _SCALE_NOTE.sub("", " ".join(parts)).strip()


_SCALE_NOTE = re.compile(
    r"\(?\b(?:amounts |dollars |[A-Z]{3} |US\$ ?|\$ ?)?in (?:thousand|million|billion)s?\b[^)]*\)?", re.I
)
_DATE_WORDS = re.compile(
    r"\b(?:three|six|nine|twelve)\smonths\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|"
    r"jul|aug|sept?|oct|nov|dec)\b\.?(?:\s\d{1,2}\b)?|\b(?:fiscal|financial)?\s?(?:years?|periods?)\b|\bended\b|\bending\b"
    r"(?=\sdecember)|\bFY\b|\b(?:as at|as of)\b",
    re.IGNORECASE,
)


def without_dates(text: str) -> str:
    """The text without months, days and the words that go with them."""
    return _DATE_WORDS.sub(" ", text)
