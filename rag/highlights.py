"""Where the words of a citation stand: on which pages, in which lines, and within which boxes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from ingest.store.records import PlacedPage
from ingest.types import PAGE_BREAK, LineBox, Page
from rag.errors import CitationOutdated
from rag.types import Citation

_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_NARROW, _WIDE = frozenset("fijlrtI.,:;!|'’‘()[] -"), frozenset("mwMW@%—…")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in fractions (0..1) of its width and height from its top left corner.

    The page is what a reader sees: cropped and turned upright. Times a picture's width and height they are
    pixels, at any scale.
    """

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """A line of a page's text that is cited, whole or in part. `number` counts the page's lines from 1.

    `text[start:end]` is the cited part.
    """

    number: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Highlight:
    """What is cited of one page. `start` and `end` are offsets into `page_text`.

    `boxes` are in reading order, one for each line, clipped in proportion where a line is cited in part. They
    are empty where nothing tells of places on a page: in flowing formats, where a page is a section.
    """

    document: str
    page_number: int
    page_label: str
    page_text: str
    start: int
    end: int
    boxes: tuple[Box, ...]

    @property
    def text(self) -> str:
        """The cited words that stand on this page."""
        return self.page_text[self.start : self.end]

    @property
    def lines(self) -> tuple[MarkedLine, ...]:
        """The lines that are cited; blank ones are not."""
        marked, offset = [], 0
        for number, line in enumerate(self.page_text.split("\n"), 1):
            start, end = max(self.start - offset, 0), min(self.end - offset, len(line))
            if start < end and line[start:end].strip():
                marked.append(MarkedLine(number, line, start, end))
            offset += len(line) + 1
        return tuple(marked)


class PageFinder(Protocol):
    """Where pages are looked up by what they hold: a collection's store."""

    def touched_pages(self, path: str, start: int, end: int) -> list[PlacedPage]: ...


def cited_highlights(store: PageFinder, citation: Citation) -> tuple[Highlight, ...]:
    """What to highlight for a citation, page by page; read in one go.

    Raises CitationOutdated where the document no longer says there what was quoted.
    """
    pages = store.touched_pages(citation.document, citation.start, citation.end)
    if _text(pages, citation.start, citation.end) != citation.quote:
        raise CitationOutdated(
            f"{citation.document} no longer holds what was quoted from {citation.page_label}: it was "
            "removed, or read anew, since the answer was written. Ask again."
        )
    return highlights_between(pages, citation.document, citation.start, citation.end)


def highlights_between(
    pages: Iterable[PlacedPage], document: str, start: int, end: int
) -> tuple[Highlight, ...]:
    """What to highlight of these pages for a stretch of the document's text, given by its offsets.

    A page on which nothing but white space of it stands has none.
    """
    found = []
    for each in pages:
        page = each.page
        first, last = max(start - each.start, 0), max(min(end - each.start, len(page.text)), 0)
        if page.text[first:last].strip():
            partly = not _goes_up(page.boxes)
            boxes = tuple(
                box for line in page.boxes if (box := _clipped(line, page.text, first, last, partly))
            )
            found.append(Highlight(document, page.number, page.label, page.text, first, last, boxes))
    return tuple(found)


def placed(pages: Iterable[Page]) -> tuple[PlacedPage, ...]:
    """All pages of a document, each with the offset where it begins."""
    found, start = [], 0
    for page in pages:
        found.append(PlacedPage(start, page))
        start += len(page.text) + len(PAGE_BREAK)
    return tuple(found)


def find_quote(
    pages: Sequence[PlacedPage], quote: str, page_number: int | None = None
) -> tuple[int, int] | None:
    """Where these words first stand in a document, or begin on one page of it; None where they do not.

    Returns offsets into the document's text. White space is as good as any other, a page's end too.
    """
    pattern = re.compile(r"\s+".join(map(re.escape, quote.split())))
    if not pattern.pattern:
        return None
    text = PAGE_BREAK.join(each.page.text for each in pages)
    for each in pages:
        if page_number is None or each.page.number == page_number:
            match = pattern.search(text, each.start)
            if match is not None and (
                page_number is None or match.start() < each.start + len(each.page.text)
            ):
                return match.span()
            return None
    return None


def _text(pages: Sequence[PlacedPage], start: int, end: int) -> str:
    if not pages:
        return ""
    first = pages[0].start
    return PAGE_BREAK.join(each.page.text for each in pages)[start - first : end - first]


def _clipped(line: LineBox, text: str, start: int, end: int, partly: bool) -> Box | None:
    """The part of the line's box that holds the page's characters from `start` to `end`, if any.

    All of it where `partly` does not hold, and where the line is higher than wide: such a line is turned, and
    which of its ends is its beginning is not known. Letters count as wide as they mostly are, roughly.
    """
    first, last = max(start, line.start), min(end, line.end)
    if first >= last or not text[first:last].strip():
        return None
    is_turned = line.right - line.left <= line.bottom - line.top
    if is_turned or not partly or (first, last) == (line.start, line.end):
        return Box(line.left, line.top, line.right, line.bottom)
    scale = (line.right - line.left) / _width(text[line.start : line.end])
    before, after = scale * _width(text[line.start : first]), scale * _width(text[last : line.end])
    if _runs_to_the_left(text[line.start : line.end]):
        before, after = after, before
    return Box(line.left + before, line.top, line.right - after, line.bottom)


def _goes_up(lines: Sequence[LineBox]) -> bool:
    """Whether most lines stand above the one before, as in a scan that is upside down: they run leftwards."""
    pairs = [
        (before, after)
        for before, after in pairwise(lines)
        if before.left < after.right and after.left < before.right
    ]
    return sum(after.top + after.bottom < 2 * before.top for before, after in pairs) > len(pairs) / 2


def _width(text: str) -> float:
    """In widths of a small letter."""
    return sum(0.5 if each in _NARROW else 1.3 if each in _WIDE or each.isupper() else 1.0 for each in text)


def _runs_to_the_left(line: str) -> bool:
    """Whether most of its letters are of a script that does."""
    if line.isascii():
        return False
    leftwards = sum(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in line)
    return leftwards > sum(map(str.isalpha, line)) / 2
