"""A PDF's outline (its bookmarks) as the path of headings above each page."""

from __future__ import annotations

import logging
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


def heading_paths(pdf: PdfDocument) -> list[tuple[str, ...]]:
    """For each page, the first bookmark that begins on it and those above that, outermost first.

    A page on which none begins goes on with the last one before it; pages before the first have none.
    """
    first_on_page: dict[int, tuple[str, ...]] = {}
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
            first_on_page.setdefault(page, headings)
            last_on_page[page] = headings
    paths, current = [], ()  # type: tuple[list[tuple[str, ...]], tuple[str, ...]]
    for page in range(len(pdf)):
        paths.append(first_on_page.get(page, current))
        current = last_on_page.get(page, current)
    return paths
