"""A PDF's outline (its bookmarks) as the path of headings above each page."""

from __future__ import annotations

import logging
from bisect import bisect_right
from itertools import islice
from typing import TYPE_CHECKING

from ingest.loaders.characters import clean

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_DEEPEST = 3
_MOST_BOOKMARKS = 20_000
_LONGEST_HEADING = 200

# The wrapper around pdfium logs each circle in an outline; unhandled, that would go to the terminal.
logging.getLogger("pypdfium2").addHandler(logging.NullHandler())


class HeadingPaths:
    """For each page, the first bookmark that begins on it and those above that, outermost first.

    A page on which none begins goes on with the last one before it; pages before the first have none.
    """

    def __init__(self, pdf: PdfDocument) -> None:
        self._first_on_page: dict[int, tuple[str, ...]] = {}
        last_on_page: dict[int, tuple[str, ...]] = {}
        path: list[str] = []
        for bookmark in islice(pdf.get_toc(), _MOST_BOOKMARKS):
            if bookmark.level >= _DEEPEST:
                continue
            try:
                heading = " ".join(clean(bookmark.get_title()).split())[:_LONGEST_HEADING]
            except UnicodeDecodeError:  # half a character, which pdfium's wrapper does not forgive
                heading = ""
            path = [*path[: bookmark.level], heading]
            destination = bookmark.get_dest()
            page = destination.get_index() if destination is not None else None
            if heading and page is not None:
                headings = tuple(part for part in path if part)
                self._first_on_page.setdefault(page, headings)
                last_on_page[page] = headings
        self._pages = sorted(last_on_page)
        self._last = [last_on_page[page] for page in self._pages]

    def above(self, index: int) -> tuple[str, ...]:
        """The path for a page, by its index from 0."""
        if index in self._first_on_page:
            return self._first_on_page[index]
        earlier = bisect_right(self._pages, index)
        return self._last[earlier - 1] if earlier else ()
