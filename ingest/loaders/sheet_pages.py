"""A sheet's rows as pages of lines that each say which column a value stands in."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.loaders.characters import clean
from ingest.loaders.workbooks import EMPTY_CELL, Merge, Sheet, ShownCell

_ROWS_PER_PAGE = 200
_CHARACTERS_PER_PAGE = 20_000
_LONGEST_HEAD = 80  # characters; longer texts are no names of columns
_MOST_SPREAD = 100_000  # merged cells filled in

Row = tuple[int, list[ShownCell]]


@dataclass(frozen=True, slots=True)
class SheetPage:
    """Some rows of a sheet, by their numbers from 1. Its text begins with the header row in force."""

    text: str
    first_row: int
    last_row: int


def pages_of_sheet(sheet: Sheet) -> Iterator[SheetPage]:
    """All rows, in order, each on one page."""
    lines: list[str] = []
    first = last = size = 0
    head: list[ShownCell] = []
    for number, line, head_now, is_head in _lines(_merged(sheet.rows, sheet.merges)):
        full = len(lines) >= _ROWS_PER_PAGE or size + len(line) > _CHARACTERS_PER_PAGE
        if lines and full:
            yield SheetPage("\n".join(lines), first, last)
            lines = [] if is_head or not head_now or head_now is not head else [_plain(head_now)]
            first, size = number, 0
        head = head_now
        first = first or number
        last = number
        lines.append(line)
        size += len(line)
    if lines:
        yield SheetPage("\n".join(lines), first, last)


def _lines(rows: Iterable[Row]) -> Iterator[tuple[int, str, list[ShownCell], bool]]:
    """Each row as a line, with the header row in force and whether it is that row itself."""
    head: list[ShownCell] = []
    before = 0
    amid_others = False  # right below a row of several cells that no header names
    for (number, row), following in _with_next(rows):
        starts = not (head or amid_others) or number > before + 1 or _is_bold(row)
        before = number
        if starts and following is not None and _is_head(row, following, is_first=not head):
            head, amid_others = row, False
            yield number, _plain(row), head, True
        elif head and not _is_caption(row, head):
            yield number, _named(head, row), head, False
        else:
            amid_others = not head and sum(bool(cell.text) for cell in row) > 1
            yield number, _plain(row), head, False


def _with_next(rows: Iterable[Row]) -> Iterator[tuple[Row, Row | None]]:
    waiting: Row | None = None
    for row in rows:
        if waiting is not None:
            yield waiting, row
        waiting = row
    if waiting is not None:
        yield waiting, None


def _is_head(row: list[ShownCell], following: Row, *, is_first: bool) -> bool:
    """Whether a row names the columns of those below: by its words, its type, or what stands below it."""
    below = following[1]
    named = [column for column, cell in enumerate(row) if cell.text]
    filled = [column for column in named if column < len(below) and below[column].text]
    if len(named) < 2 or 2 * len(filled) < len(named):
        return False
    texts = [row[column].text for column in named]
    if len({text.casefold() for text in texts}) < len(texts) or max(map(len, texts)) > _LONGEST_HEAD:
        return False
    cells = [row[column] for column in named]
    if not all(cell.is_text for cell in cells):
        return (
            _names_periods(row) and below[0].is_text and not all(below[column].is_text for column in filled)
        )
    if any(not below[column].is_text for column in filled):
        return True
    if _is_bold(row) and not _is_bold(below):
        return True
    return is_first and len(named) > 2


def _names_periods(row: Sequence[ShownCell]) -> bool:
    """`Region | 2022 | 2023`: a text or a gap, then years or days."""
    periods = [cell.text for cell in row if cell.text and not cell.is_text]
    return row[0].is_text and len(periods) > 1 and all(map(_is_period, periods))


def _is_period(text: str) -> bool:
    if text.isdigit():
        return 1900 <= int(text) <= 2100
    try:
        datetime.date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _is_bold(row: Sequence[ShownCell]) -> bool:
    return all(cell.is_bold for cell in row if cell.text)


def _is_caption(row: list[ShownCell], head: list[ShownCell]) -> bool:
    """One text alone under many columns: the title of what follows, or a remark."""
    filled = [cell for cell in row if cell.text]
    return len(filled) == 1 and filled[0].is_text and sum(bool(cell.text) for cell in head) > 2


def _plain(row: list[ShownCell]) -> str:
    first = next((index for index, cell in enumerate(row) if cell.text), 0)
    return " | ".join(clean(cell.text) for cell in row[first:])


def _named(head: list[ShownCell], row: list[ShownCell]) -> str:
    """`Region: North | Sales: 12`, as tables of other kinds are written."""
    filled = ((column, clean(cell.text)) for column, cell in enumerate(row) if cell.text)
    names = ((clean(head[column].text) if column < len(head) else "", text) for column, text in filled)
    return " | ".join(f"{name}: {text}" if name and name != text else text for name, text in names)


def _merged(rows: Iterable[Row], merges: Sequence[Merge]) -> Iterator[Row]:
    """Cells shown as one over several rows stand in each of them; over columns, in the first."""
    fills: dict[int, list[Merge]] = {}
    spread = 0
    for merge in merges:
        spread += merge.bottom - merge.top
        if spread > _MOST_SPREAD:
            break
        for number in range(merge.top + 1, merge.bottom + 1):
            fills.setdefault(number, []).append(merge)
    tops = {(merge.top, merge.left) for each in fills.values() for merge in each}
    texts: dict[tuple[int, int], ShownCell] = {}
    for number, row in rows:
        for column, cell in enumerate(row, start=1):
            if cell.text and (number, column) in tops:
                texts[number, column] = cell
        filled = list(row)
        for merge in fills.get(number, ()):
            shown = texts.get((merge.top, merge.left))
            if shown is not None:
                filled.extend([EMPTY_CELL] * (merge.left - len(filled)))
                filled[merge.left - 1] = shown
        while filled and not filled[-1].text:
            filled.pop()
        if filled:
            yield number, filled
