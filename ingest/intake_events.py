"""What the intake tells the pipeline: the life of each file, in order, as frozen messages."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.errors import UnreadableFile
from ingest.loaders.protocol import MemberRefused, PageLost
from ingest.store.records import SourceFile
from ingest.store.unfinished import ReadingKey, Resumption
from ingest.types import Chunk, Document, Page


@dataclass(frozen=True, slots=True)
class FileBegun:
    """A file is being read: until something else is heard of it, this is what takes the time."""

    path: str


@dataclass(frozen=True, slots=True)
class DocumentBegun:
    """A file opened: a document with its name, without its pages. `resumption` is what an earlier run did."""

    source: SourceFile
    document: Document
    key: ReadingKey
    page_count: int | None
    resumption: Resumption | None
    reading: str = ""
    """How it is read: another way may give other pages."""


@dataclass(frozen=True, slots=True)
class PageSplit:
    """The next page of a document, in chunks, with the texts that are embedded for them."""

    path: str
    page: Page
    loss: PageLost | None
    chunks: tuple[Chunk, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentEnded:
    """All pages were told. What files it holds is told next, if any."""

    path: str
    notes: tuple[str, ...]
    seconds: float
    holds_files: bool = False


@dataclass(frozen=True, slots=True)
class FileRefused:
    """A file gave no document; what was told of it before counts no more."""

    path: str
    source: SourceFile | None
    """What there is to remember of it, if it came to that."""
    error: UnreadableFile
    seconds: float


@dataclass(frozen=True, slots=True)
class ContentUnchanged:
    """The file holds what it held when it was read last, and with it the files `inside`."""

    source: SourceFile
    inside: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class ContentKnown:
    """The file holds the bytes of another, one in the store or one told of earlier."""

    source: SourceFile
    seconds: float


@dataclass(frozen=True, slots=True)
class MembersEnded:
    """All files in a file were told. An archive is a file that is no document itself.

    `members` are the paths of all that have an outcome by it, with those of files in files in it.
    """

    source: SourceFile
    is_archive: bool
    members: tuple[str, ...]
    refused: tuple[MemberRefused, ...]
    seconds: float


IntakeEvent = (
    FileBegun
    | DocumentBegun
    | PageSplit
    | DocumentEnded
    | FileRefused
    | ContentUnchanged
    | ContentKnown
    | MembersEnded
)
