"""Running heads and feet: lines that stand at the same edge of many pages and say nothing new there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.loaders.lines import Edges, RawLine

_EDGE = 0.14  # of the page's height, above and below: nothing farther in is ever left out
_MOST_ROWS = 4  # of a page's edge
_FEWEST_PAGES = 3
_FEWEST_OF_MANY = 4  # where there are more pages than
_MANY_PAGES = 9
_DENSE = 0.4  # of the pages from its first to its last have it: every second one, in books
_FEWEST_LETTERS = 3  # single ones are of headings set wide, or turned
_SAME_PLACE = 0.012  # of the page's height
_CLEAR = 0.8  # of its own height, between a head and the page's text: closer lines belong to the text
_LARGER = 1.3  # than the page's middle line: a title, not a head
_STEADY = 0.7  # of the steps from page to page: they go on as page numbers do
_LONGEST_NUMBER = 12  # digits
_DIGITS = re.compile(r"\d+")

_Key = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class _EdgeLine:
    """A line close to an edge. `row` counts from the edge inwards, `gap` is what is free beyond it."""

    page: int
    index: int
    text: str
    is_top: bool
    row: int
    edges: Edges
    gap: float

    @property
    def place(self) -> float:
        return (self.edges.top + self.edges.bottom) / 2

    @property
    def height(self) -> float:
        return self.edges.bottom - self.edges.top


def running_heads(pages: Mapping[int, Sequence[RawLine]]) -> dict[int, frozenset[int]]:
    """For each page the indices of its lines to leave out. `pages` follow each other, by number.

    A head with words in it stays on the first of the pages it stands on. What is set apart from the
    page's text by too little, or is larger than it, is taken for a table's header or a title and stays.
    """
    fewest = _FEWEST_OF_MANY if len(pages) > _MANY_PAGES else _FEWEST_PAGES
    if len(pages) < fewest:
        return {}
    edge_lines = [line for page, lines in pages.items() for line in _edge_lines(page, lines)]
    by_text: dict[_Key, list[_EdgeLine]] = defaultdict(list)
    for line in edge_lines:
        by_text[line.is_top, _normal(line.text)].append(line)
    running: dict[tuple[int, int], bool] = {}  # (page, line): whether free space follows it
    first: set[tuple[int, int]] = set()
    for (_, text), alike in by_text.items():
        letters = sum(map(str.isalpha, text))
        if 0 < letters < _FEWEST_LETTERS and "#" not in text:
            continue
        for group in _at_one_place(alike):
            if len({line.page for line in group}) >= fewest and _is_running(group, letters):
                is_clear = median(line.gap for line in group) >= _CLEAR * median(
                    line.height for line in group
                )
                running.update({(line.page, line.index): is_clear for line in group})
                if letters:
                    first.add(min((line.page, line.index) for line in group))
    dropped: dict[int, set[int]] = defaultdict(set)
    for is_top in (True, False):
        for page in pages:
            own = [line for line in edge_lines if line.page == page and line.is_top is is_top]
            dropped[page] |= {index for index in _outside(own, running) if (page, index) not in first}
    return {
        page: frozenset(indices)
        for page, indices in dropped.items()
        if indices and len(indices) < len(pages[page])
    }


def _outside(lines: Sequence[_EdgeLine], running: Mapping[tuple[int, int], bool]) -> set[int]:
    """From the edge inwards, the running lines up to the last row that free space follows."""
    outside: set[int] = set()
    pending: set[int] = set()
    for row in sorted({line.row for line in lines}):
        in_row = [line for line in lines if line.row == row]
        known = [line for line in in_row if (line.page, line.index) in running]
        pending |= {line.index for line in known}
        if any(running[line.page, line.index] for line in known):
            outside |= pending
            pending = set()
        if len(known) < len(in_row):
            break
    return outside


def _edge_lines(page: int, lines: Sequence[RawLine]) -> list[_EdgeLine]:
    placed = [(index, line.text, line.edges) for index, line in enumerate(lines) if line.edges is not None]
    if not placed:
        return []
    usual = median(edges.bottom - edges.top for _, _, edges in placed)
    found = []
    for is_top in (True, False):
        inwards = sorted(placed, key=lambda each: each[2].top if is_top else -each[2].bottom)
        row, reach = -1, 0.0  # of the row, the edge that lies farther in
        for position, (index, text, edges) in enumerate(inwards):
            outer, inner = (edges.top, edges.bottom) if is_top else (1 - edges.bottom, 1 - edges.top)
            if row < 0 or outer >= reach - (inner - outer) / 2:
                row, reach = row + 1, inner
            reach = max(reach, inner)
            if row >= _MOST_ROWS or reach > _EDGE:
                break
            if edges.bottom - edges.top > _LARGER * usual:
                # It stops the walk inwards as any line does that runs on no other page.
                found.append(_EdgeLine(page, index, f"{page} {text}", is_top, row, edges, 0.0))
                continue
            gap = min(
                (
                    (other.top if is_top else 1 - other.bottom) - inner
                    for _, _, other in inwards[position + 1 :]
                    if (other.top if is_top else 1 - other.bottom) > inner - (inner - outer) / 2
                ),
                default=1.0,
            )
            found.append(_EdgeLine(page, index, text, is_top, row, edges, gap))
    return found


def _normal(text: str) -> str:
    return _DIGITS.sub("#", " ".join(text.split()).casefold())


def _at_one_place(lines: Sequence[_EdgeLine]) -> list[list[_EdgeLine]]:
    groups: list[list[_EdgeLine]] = []
    for line in sorted(lines, key=lambda line: line.place):
        if groups and line.place - groups[-1][0].place <= _SAME_PLACE:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _is_running(lines: Sequence[_EdgeLine], letters: int) -> bool:
    """Whether enough pages have it, and every number in it stays or grows as page numbers do.

    Where it holds no letters its numbers must grow: the figure 0 in a table is no page's number.
    """
    by_page = {line.page: line for line in sorted(lines, key=lambda line: line.page)}
    if len(by_page) < _DENSE * (max(by_page) - min(by_page) + 1):
        return False
    numbers = [
        (page, [int(run[:_LONGEST_NUMBER]) for run in _DIGITS.findall(line.text)])
        for page, line in by_page.items()
    ]
    steady = [
        all(
            (letters and before == after) or after - before in (page - earlier, 2 * (page - earlier))
            for before, after in zip(old, new, strict=True)
        )
        for (earlier, old), (page, new) in pairwise(numbers)
    ]
    has_content = letters > 0 or bool(numbers[0][1])
    return has_content and sum(steady) >= _STEADY * len(steady)
