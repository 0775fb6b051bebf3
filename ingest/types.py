"""The nouns of ingestion: what a file becomes on its way to being searchable.

Positions are *character offsets into the document's text*: its pages' texts joined by
`PAGE_BREAK`. A page knows where it starts, so any span leads back to its pages and any
chunk's text is `document_text[start:end]`, verbatim.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Stands between two pages in a document's text. One character, counted in every offset.
PAGE_BREAK = "\f"


@dataclass(frozen=True, slots=True)
class LineBox:
    """Where one line of a page's text stands on the page.

    `start` and `end` are offsets into the *page's* text. The edges are fractions of the page's
    width and height, from its top left corner (0..1), so they hold at any zoom.
    """

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page as a citation names it: a PDF page, or a section of a flowing format.

    `number` counts from 1. `label` is what people call it ("page 3", "section Returns").
    `headings` is the path of headings above the page's text, outermost first.
    """

    number: int
    text: str
    label: str
    headings: tuple[str, ...] = ()
    boxes: tuple[LineBox, ...] = ()
    #: True where the text was read from a picture of the page (OCR) and may hold misread letters.
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content, read. Its identity is the content: `sha256` of the file's bytes."""

    sha256: str
    media_type: str
    title: str
    pages: tuple[Page, ...]
    author: str | None = None
    #: What its owner called it: the words of the file's name ("3M 2018 10K"). Empty where they say nothing.
    name: str = ""
    #: Things the reader should know ("2 of 14 pages hold no text"), shown in the report.
    notes: tuple[str, ...] = ()
    #: ISO 639-1 ("en"), where the file says it or its words show it.
    language: str | None = None
    #: The day its author last wrote on it, as the file says: ISO 8601 ("2024-05-31").
    written: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What names the document, each once: the words of its file's name, then its title."""
        return distinct_names(self.name, self.title)

    def page_starts(self) -> tuple[int, ...]:
        """Offset of each page's first character in the document's text."""
        starts, offset = [], 0
        for page in self.pages:
            starts.append(offset)
            offset += len(page.text) + len(PAGE_BREAK)
        return tuple(starts)


def distinct_names(name: str, title: str) -> tuple[str, ...]:
    """A document's name and title, each once, empty ones left out."""
    return tuple(dict.fromkeys(text for text in (name, title) if text))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a document small enough for the embedder to read whole.

    `start` and `end` are offsets into the document's text; `ordinal` counts the document's
    chunks from 0. `page_number` and `page_end` are the first and last page it touches. `opening` is how its
    page begins, where the chunk itself does not begin there: it is searched with the chunk, and never quoted.
    """

    ordinal: int
    start: int
    end: int
    page_number: int
    page_end: int
    headings: tuple[str, ...]
    text: str
    opening: str = ""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as it lies in the store. `id` is never used twice within a store."""

    id: int
    document_id: int
    document: str
    """The path it was ingested under (the first one, if several files have these bytes)."""
    title: str
    name: str
    """What of the file's name is searched with the chunk: that of the path it was first ingested under."""
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """One source in a listing: a path, and what stands behind it."""

    path: str
    sha256: str
    media_type: str
    title: str
    page_count: int
    chunk_count: int
    size_bytes: int
    ingested_at: str
    """UTC, ISO 8601."""
    recognised_pages: int = 0
    """How many of its pages were read from a picture (OCR) and may hold misread letters."""
    language: str | None = None
    """ISO 639-1."""
    written: str | None = None
    """The day its author last wrote on it: ISO 8601."""
