"""Tables as lines of text that still say which column a value stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_WIDEST_SPAN = 64  # a hostile `colspan` must not cost memory


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it is written, before its spans are spread over the grid."""

    text: str
    is_header: bool = False
    columns: int = 1
    rows: int = 1


def table_lines(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """One line per row: `Region: North | Sales: 12` under a header row, else `North | 12`.

    The header row itself is kept as the first line: it is visible text too. Empty cells are left out
    where the header names the column, and kept as gaps where only the position tells.
    """
    grid = _spread(rows)
    names = grid[0] if _leads_with_header(rows) else None
    lines = []
    for index, row in enumerate(grid):
        if any(row):
            named = names is not None and index > 0
            lines.append(_named_line(names or [], row) if named else " | ".join(row).strip())
    return lines


def _leads_with_header(rows: Sequence[Sequence[Cell]]) -> bool:
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    return all(cell.is_header and cell.rows == 1 for cell in rows[0] if cell.text)


def row_line(names: Sequence[str], row: Sequence[str]) -> str:
    """One row of plain cells as a line: `Region: North | Sales: 12`, or `North | 12` without names."""
    return _named_line(names, row) if names else " | ".join(row).strip()


def _named_line(names: Sequence[str], row: Sequence[str]) -> str:
    padded = [*names, *[""] * (len(row) - len(names))]
    return " | ".join(
        f"{name}: {text}" if name and name != text else text
        for name, text in zip(padded, row, strict=False)
        if text
    )


def _spread(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """The rows on one grid: a cell that spans rows stands in each of them.

    A cell that spans columns stands in the first, unless it heads them: then in all.
    """
    grid: list[list[str]] = []
    from_above: dict[int, tuple[str, int]] = {}  # column -> text, rows still to fill
    for row in rows:
        line: list[str] = []
        below: dict[int, tuple[str, int]] = {}
        waiting = list(reversed(row))
        while waiting or len(line) in from_above:
            column = len(line)
            if column in from_above:
                text, rows_left = from_above[column]
                line.append(text)
                if rows_left > 1:
                    below[column] = (text, rows_left - 1)
                continue
            cell = waiting.pop()
            for place in range(min(max(cell.columns, 1), _WIDEST_SPAN)):
                text = cell.text if place == 0 or cell.is_header else ""
                line.append(text)
                if cell.rows > 1:
                    below[column + place] = (text, min(cell.rows, _WIDEST_SPAN) - 1)
        from_above = below
        grid.append(line)
    return grid
