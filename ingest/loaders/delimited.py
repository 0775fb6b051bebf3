"""CSV and its kin: tables with one row a line, whatever stands between the cells."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

from ingest.errors import DamagedFile, EmptyFile
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.parts import entry_pages
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.tables import row_line
from ingest.loaders.titles import choose_title
from ingest.media import CSV, TSV, tell_media_type
from ingest.types import Document

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_LINES = 50
_ROWS_PER_PAGE = 200
_NUMBER = re.compile(r"[^\w]*\d[\d\s.,:/%+-]*\w{0,3}[^\w]*")
_SEPARATOR_LINE = re.compile(r"\Asep=(.)[ \t]*\n", re.IGNORECASE)  # how a sheet program is told
_CAPTION_ROWS = 3  # lines above the header that hold one cell: a title, a source
_CELL_LINES = 200  # more in one cell: a quote that was opened and never closed


class DelimitedLoader:
    """Reads CSV and TSV: rows that say which column each value stands in, 200 to a page.

    Rows count from 1 below the header. Every page begins with the header row.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({CSV, TSV})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no table of text is encrypted; the seam has it for kinds that are
    ) -> Document:
        text = decode_text(content.data)
        if text is None:
            raise DamagedFile(
                f"{content.name} is called a table, and its bytes are no text. Check what it really is."
            )
        kind = tell_media_type(content)
        rows = _rows(clean(text), prefer_tabs=kind == TSV)
        if not rows:
            raise EmptyFile(f"{content.name} holds no row with any text. Check where it was copied from.")
        captions, names, body = _head(rows)
        lines = [row_line(names, row) for row in body]
        header = "\n".join([*captions, *([" | ".join(names)] if names else [])])
        pages = entry_pages(lines or [""], "rows", header=header, most=_ROWS_PER_PAGE)
        return Document(
            content.sha256,
            kind if kind in self.media_types else CSV,  # asked to read it as a table all the same
            choose_title(content.path, *captions[:1]),
            pages,
        )


def _rows(text: str, prefer_tabs: bool) -> list[list[str]]:
    """The cells, without white space around them and without empty rows."""
    told = _SEPARATOR_LINE.match(text)
    if told is not None:
        text = text[told.end() :]
    lines = text.split("\n")
    delimiter = told[1] if told is not None else _delimiter(lines, prefer_tabs)
    try:
        rows = list(csv.reader(_lines_with_ends(text), delimiter=delimiter, skipinitialspace=True))
        is_sound = all(cell.count("\n") <= _CELL_LINES for row in rows for cell in row)
    except csv.Error:  # a cell beyond the reader's limit, for one
        is_sound = False
    if not is_sound:
        rows = [line.split(delimiter) for line in lines]
    tidied = [[" ".join(cell.split()) for cell in row] for row in rows]
    return [row for row in tidied if any(row)]


def _lines_with_ends(text: str) -> list[str]:
    """The reader must see line ends to keep them in quoted cells."""
    return [f"{line}\n" for line in text.split("\n")]


def _delimiter(lines: Sequence[str], prefer_tabs: bool) -> str:
    """The one that cuts most lines into the same number of cells, then the one that cuts finest."""
    sample = [line for line in lines[:_SAMPLE_LINES] if line.strip()]

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if row)
        except csv.Error:
            return (0.0, 0)
        cut = Counter({width: count for width, count in widths.items() if width > 1})
        if not cut:
            return (0.0, 0)
        width, count = cut.most_common(1)[0]
        return (count / widths.total(), width)

    order = ("\t", *_DELIMITERS) if prefer_tabs else _DELIMITERS
    return max(order, key=evenness)


def _head(rows: Sequence[list[str]]) -> tuple[list[str], list[str], Sequence[list[str]]]:
    """Captions, the columns' names (none where the first row is data), and the rows below."""
    width = max(len(row) for row in rows)
    captions: list[str] = []
    start = 0
    while width > 1 and start < min(_CAPTION_ROWS, len(rows) - 1) and len(_filled(rows[start])) == 1:
        captions.append(_filled(rows[start])[0])
        start += 1
    names = rows[start]
    filled = _filled(names)
    is_header = (
        len(rows) - start > 1
        and width > 1
        and len(filled) >= max(2, len(names) - 1)
        and len(set(filled)) == len(filled)
        and not any(_NUMBER.fullmatch(name) for name in filled)
    )
    return (captions, list(names), rows[start + 1 :]) if is_header else (captions, [], rows[start:])


def _filled(row: Sequence[str]) -> list[str]:
    return [cell for cell in row if cell]
