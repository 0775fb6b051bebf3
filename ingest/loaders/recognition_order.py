"""The order in which a person reads the lines that text recognition found: rows, or columns of prose."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from statistics import median

from ingest.loaders.recognition import RecognisedLine

_FEWEST_COLUMN_LINES = 3
_PROSE_CHARACTERS = 18  # in the middle line of a column; cells of tables are shorter
_PROSE_FILLING = 0.5  # of the column's width, by its middle line
_MOST_ACROSS = 0.3  # of all lines: titles and the like, which run over the columns
_GUTTER_PLACES = 200
_SAME_ROW = 0.5  # of a line's height, between two middles

Row = tuple[RecognisedLine, ...]


def reading_rows(lines: Sequence[RecognisedLine]) -> list[Row]:
    """The lines row by row, each row from left to right.

    Columns of prose are read one after the other, between the lines that run across them; everything
    else, tables too, is read by rows.
    """
    gutter = _gutter(lines)
    if gutter is None:
        return _rows(lines)
    across = sorted((line for line in lines if line.left < gutter < line.right), key=_middle)
    rows: list[Row] = []
    for is_across, band in groupby(_in_bands(lines, across), key=lambda line: line in across):
        block = list(band)
        left = [line for line in block if line.right <= gutter]
        right = [line for line in block if line.left >= gutter]
        if is_across or min(len(left), len(right)) < _FEWEST_COLUMN_LINES - 1:
            rows += _rows(block)
        else:
            rows += reading_rows(left) + reading_rows(right)
    return rows


def _in_bands(lines: Sequence[RecognisedLine], across: Sequence[RecognisedLine]) -> list[RecognisedLine]:
    """Lines across the page at their height among the others, which stay as they are within a band."""

    def band(line: RecognisedLine) -> tuple[int, bool]:
        above = sum(_middle(other) < _middle(line) for other in across)
        return above, line in across

    return sorted(lines, key=band)


def _gutter(lines: Sequence[RecognisedLine]) -> float | None:
    """Where the blank strip between two columns of prose lies; None where there is none."""
    if len(lines) < 2 * _FEWEST_COLUMN_LINES:
        return None
    start, end = min(line.left for line in lines), max(line.right for line in lines)
    best: tuple[int, list[float]] | None = None
    for place in range(1, _GUTTER_PLACES):
        x = start + (end - start) * place / _GUTTER_PLACES
        crossing = sum(line.left < x < line.right for line in lines)
        if crossing > _MOST_ACROSS * len(lines):
            continue
        left = [line for line in lines if line.right <= x]
        right = [line for line in lines if line.left >= x]
        if not (_is_prose(left) and _is_prose(right)):
            continue
        if best is None or crossing < best[0]:
            best = crossing, [x]
        elif crossing == best[0]:
            best[1].append(x)
    return median(best[1]) if best is not None else None


def _is_prose(column: Sequence[RecognisedLine]) -> bool:
    if len(column) < _FEWEST_COLUMN_LINES:
        return False
    width = max(line.right for line in column) - min(line.left for line in column)
    return (
        median(len(line.text) for line in column) >= _PROSE_CHARACTERS
        and median(line.right - line.left for line in column) >= _PROSE_FILLING * width
    )


def _rows(lines: Sequence[RecognisedLine]) -> list[Row]:
    rows: list[list[RecognisedLine]] = []
    for line in sorted(lines, key=_middle):
        last = rows[-1][-1] if rows else None
        height = line.bottom - line.top
        if last is not None and _middle(line) - _middle(last) <= _SAME_ROW * min(
            height, last.bottom - last.top
        ):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [tuple(sorted(row, key=lambda line: line.left)) for row in rows]


def _middle(line: RecognisedLine) -> float:
    return (line.top + line.bottom) / 2
