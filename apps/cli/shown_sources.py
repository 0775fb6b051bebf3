"""What an answer cites, to be looked at: pictures of pages with the cited lines marked, else the lines."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from apps.cli.answer_text import distinct_citations
from apps.cli.context import PASSWORD_VARIABLE
from apps.cli.excerpts import excerpt
from apps.cli.screen import one_line, wrapped, write
from apps.document_names import shown_names

if TYPE_CHECKING:
    from rag import Answer, Collection, Highlight, PagePictures

_UNFIT = re.compile(r"[^\w.-]+")
_LONGEST_STEM = 60


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A cited page. `picture` is where it was drawn, `reason` why it was not.

    Both are None where nothing tells of places on a page, as in flowing formats.
    """

    highlights: tuple[Highlight, ...]
    picture: Path | None
    reason: str | None

    @property
    def document(self) -> str:
        return self.highlights[0].document

    @property
    def page_number(self) -> int:
        return self.highlights[0].page_number


def shown_sources(collection: Collection, answer: Answer, folder: Path) -> list[ShownSource]:
    """Every page that the answer cites, drawn into the folder where it can be; the folder is made."""
    pages = _by_page(collection, answer)
    if not pages:
        return []
    folder = folder.expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    with collection.page_pictures() as pictures:
        return [_drawn(pictures, highlights, folder, number) for number, highlights in enumerate(pages, 1)]


def passwords() -> tuple[str, ...]:
    """What may open locked files, as `refdesk ingest` has it."""
    known = os.environ.get(PASSWORD_VARIABLE)
    return (known,) if known else ()


def write_shown_sources(sources: Sequence[ShownSource]) -> None:
    """A line for each picture, and the lines themselves where there is none."""
    names = shown_names(source.document for source in sources)
    for source in sources:
        place = f"{one_line(names[source.document])}, {one_line(source.highlights[0].page_label)}"
        if source.picture is not None:
            write(f"{place}: {one_line(str(source.picture))}")
            continue
        write(f"{place}:")
        if source.reason is not None:
            write(wrapped(f"Not drawn: {source.reason}"))
        write(excerpt(source.highlights))


def sources_as_json(sources: Sequence[ShownSource]) -> list[dict[str, object]]:
    return [
        {
            "document": source.document,
            "page": source.page_number,
            "picture": None if source.picture is None else str(source.picture),
            "reason": source.reason,
        }
        for source in sources
    ]


def _by_page(collection: Collection, answer: Answer) -> list[tuple[Highlight, ...]]:
    """What is cited, a group for each page, in the order of their first citation."""
    from rag import CitationOutdated

    pages: dict[tuple[str, int], list[Highlight]] = {}
    for citation in distinct_citations(answer):
        try:
            found = collection.highlights(citation)
        except CitationOutdated:  # removed by another process while the answer was written
            continue
        for highlight in found:
            pages.setdefault((highlight.document, highlight.page_number), []).append(highlight)
    return [tuple(highlights) for highlights in pages.values()]


def _drawn(
    pictures: PagePictures, highlights: tuple[Highlight, ...], folder: Path, number: int
) -> ShownSource:
    from rag import NoPagePicture

    boxes = [box for highlight in highlights for box in highlight.boxes]
    if not boxes:
        return ShownSource(highlights, None, None)
    first = highlights[0]
    try:
        png = pictures.png(first.document, first.page_number, boxes, passwords=passwords())
    except NoPagePicture as error:
        return ShownSource(highlights, None, str(error))
    stem = _UNFIT.sub("_", Path(first.document).stem.encode("utf-8", "replace").decode())[:_LONGEST_STEM]
    file = folder / f"{number}-{stem}-page-{first.page_number}.png"
    file.write_bytes(png)
    return ShownSource(highlights, file, None)
