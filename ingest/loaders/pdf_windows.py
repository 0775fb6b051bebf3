"""A PDF's pages in windows: what the pages around it tell of a page's broken words and running heads.

Windows begin at fixed pages, so that a page reads the same wherever reading began.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.loaders.hyphens import BREAK, WordBreaks
from ingest.loaders.lines import RawLine, set_lines
from ingest.loaders.pdf_running_heads import running_heads
from ingest.loaders.pdf_source import PdfSource, RawPage, Unopened
from ingest.types import LineBox

#: Pages. They are read before the first of them is given.
WINDOW = 32
_READ_AHEAD_SECONDS = 8.0  # for a window; pages that are slow to read must not add up to a page's deadline


@dataclass(frozen=True, slots=True)
class SetPage:
    """A page of a window. `lines` are its own without running heads and annotations."""

    raw: RawPage
    lines: tuple[RawLine, ...]
    text: str
    boxes: tuple[LineBox, ...]


def read_windows(source: PdfSource, first_index: int = 0) -> Iterator[tuple[int, SetPage | Unopened]]:
    """The pages from that index (from 0) to the last, each with its index."""
    for start in range(first_index - first_index % WINDOW, source.page_count, WINDOW):
        stop = min(start + WINDOW, source.page_count)
        first = max(start, first_index)
        window = _Window(source)
        # Reading ahead may meet a page that ends the process, and the first of the window is blamed for it.
        # Where reading begins anew just behind that one, pages are read one by one, to find the culprit.
        if first != start + 1:
            # Nor is the page before touched again: it may be why reading begins anew.
            window.read_ahead([*range(first, stop), *range(start, first - 1)])
        for index in range(first, stop):
            yield index, window.page(index)


class _Window:
    def __init__(self, source: PdfSource) -> None:
        self._source = source
        self._pages: dict[int, RawPage | Unopened] = {}
        self._breaks = WordBreaks(())
        self._heads: dict[int, frozenset[int]] = {}

    def read_ahead(self, indices: list[int]) -> None:
        end = time.monotonic() + _READ_AHEAD_SECONDS
        for index in indices:
            self._pages[index] = self._source.read_page(index)
            if time.monotonic() > end:
                break
        self._learn()

    def page(self, index: int) -> SetPage | Unopened:
        if index not in self._pages:
            self._pages[index] = self._source.read_page(index)
            self._learn()
        raw = self._pages[index]
        if isinstance(raw, Unopened):
            return raw
        heads = self._heads.get(index, frozenset())
        lines = tuple(line for number, line in enumerate(raw.lines) if number not in heads)
        text, boxes = set_lines((*lines, *raw.annotations), self._breaks)
        return SetPage(raw, lines, text, boxes)

    def _learn(self) -> None:
        read = {index: page.lines for index, page in sorted(self._pages.items()) if isinstance(page, RawPage)}
        self._breaks = WordBreaks(_raw_text(lines) for lines in read.values())
        self._heads = running_heads(read)


def _raw_text(lines: tuple[RawLine, ...]) -> str:
    return "".join(line.text + (BREAK if line.is_broken else "\n") for line in lines)
