"""The nouns of the store that are not nouns of a document."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.loaders.protocol import PageLost
from ingest.types import Document, Page


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was when its bytes were read: what tells changed from unchanged."""

    path: str
    """Absolute, as ingested."""
    sha256: str
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class StoreStatistics:
    """How much a store holds. `generation` counts the changes of what can be found in it."""

    documents: int
    sources: int
    pages: int
    chunks: int
    vectors: int
    bytes_on_disk: int
    generation: int
    recognised_pages: int = 0
    """Those of the pages that were read from a picture (OCR)."""
    archives: int = 0
    unfinished: int = 0
    """Large documents the reading of which was begun and is not finished."""
    reembedded: int = 0
    """Documents that are done of a re-embedding which is not whole yet."""
    refusals: int = 0
    """Files that gave no document when they were read last."""
    unread_pages: int = 0
    """Those of the pages that gave nothing: lost or blank ones."""


@dataclass(frozen=True, slots=True)
class DocumentKinds:
    """What kinds of documents some are: how many there are of each, the most first."""

    paths: tuple[str, ...]
    media_types: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str | None, int], ...]
    """ISO 639-1; None where it is unknown."""
    first_day: str | None
    last_day: str | None
    """ISO 8601, perhaps a month or a year alone; see `ingest.document_filter`."""


@dataclass(frozen=True, slots=True)
class ChunkRange:
    """Ids of one document's chunks: `first` up to, not including, `end`.

    A document's chunks are written in one transaction and get consecutive ids.
    """

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class ReadingKey:
    """One way to read one content."""

    sha256: str
    reader: str
    """Names all but the content that decides what text and which chunks come out."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that gave no document, as it was then."""

    source: SourceFile
    reading: str
    """How it was read: another way may give another outcome."""
    expected: bool
    """Whether it counts as a failure; else it was of a kind that is passed over."""
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentPlace:
    """Where in a document something goes on."""

    next_page: int = 1
    text_length: int = 0
    """The offset where the text of the next page begins."""
    chunk_count: int = 0


@dataclass(frozen=True, slots=True)
class Resumption:
    """Where the reading of a large document stood when it was gone on with last, by whoever holds this."""

    key: ReadingKey
    id: int
    """Tells this reading from every other, also of the same key."""
    document: Document
    """Without its pages."""
    next_page: int
    text_length: int
    """The offset where the text of the next page begins."""
    chunk_count: int
    losses: tuple[PageLost, ...]
    recognised_pages: int = 0
    blank_pages: int = 0
    """Those that hold nothing but white space and were not lost."""


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """A page, and the offset of its first character in its document's text."""

    start: int
    page: Page
