"""The nouns of the store that are not nouns of a document."""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class ChunkRange:
    """Ids of one document's chunks: `first` up to, not including, `end`.

    A document's chunks are written in one transaction and get consecutive ids.
    """

    first: int
    end: int
