"""What a citation opens: its page as it looks, with the cited lines marked, or the section's text."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from apps.chat.known_documents import names_of
from apps.cli.shown_sources import passwords
from rag import Collection, Highlight, NoPagePicture, RagError
from rag.types import Citation

#: A page may serve no larger file as a download.
LARGEST_DOWNLOAD_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of a page's text in three parts; `cited` is empty where nothing of it is."""

    before: str
    cited: str
    after: str


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page that a citation touches. `picture` is a PNG; without one `reason` says why, where there is a
    reason: flowing formats have no pages. `top` and `left` are where on the picture the marked lines begin,
    0..1."""

    document: str
    page_label: str
    lines: tuple[TextLine, ...]
    picture: bytes | None = None
    reason: str = ""
    top: float = 0.0
    left: float = 0.0


def source_pages(collection: Collection, citation: Citation) -> tuple[SourcePage, ...]:
    """The pages that a citation touches, drawn where they can be.

    Raises CitationOutdated where the document no longer says there what was quoted.
    """
    highlights = collection.highlights(citation)
    if not any(each.boxes for each in highlights):
        return tuple(_page(each) for each in highlights)
    with collection.page_pictures() as pictures:
        drawn = []
        for each in highlights:
            try:
                png = pictures.png(each.document, each.page_number, each.boxes, passwords=passwords())
                drawn.append(_page(each, picture=png))
            except NoPagePicture as error:
                drawn.append(_page(each, reason=str(error)))
        return tuple(drawn)


def marked_lines(highlight: Highlight) -> tuple[TextLine, ...]:
    """A page's text, line by line, with what is cited apart."""
    marked = {line.number: line for line in highlight.lines}
    return tuple(
        TextLine(line[: marked[at].start], line[marked[at].start : marked[at].end], line[marked[at].end :])
        if at in marked
        else TextLine(line, "", "")
        for at, line in enumerate(highlight.page_text.split("\n"), 1)
    )


def original(collection: Collection, document: str) -> Path | None:
    """The file that a document was read from, if it is there to be handed out; never any other file."""
    try:
        known = names_of(collection)
    except RagError:
        return None
    if document not in known or not os.path.isfile(document):  # noqa: PTH113 - pathlib's raises for long names
        return None
    return Path(document) if os.path.getsize(document) <= LARGEST_DOWNLOAD_BYTES else None  # noqa: PTH202


def _page(highlight: Highlight, picture: bytes | None = None, reason: str = "") -> SourcePage:
    top = min((box.top for box in highlight.boxes), default=0.0)
    left = min((box.left for box in highlight.boxes), default=0.0)
    lines = marked_lines(highlight)
    return SourcePage(highlight.document, highlight.page_label, lines, picture, reason, top, left)
