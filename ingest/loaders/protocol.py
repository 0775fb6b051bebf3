"""The seam between a file and a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from ingest.loaders.content import FileContent, FileOnDisk
from ingest.types import Document, Page

#: `auto` recognises the pages that have no usable text of their own, `always` every page, `never` none.
Ocr = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What a loader may be told."""

    #: Tried in this order, after the empty one.
    passwords: tuple[str, ...] = ()
    ocr: Ocr = "auto"
    #: An empty folder for what files hold inside them (members of archives, attachments of mails).
    #: Without one, those are left in their files.
    scratch: Path | None = None


#: What holds where nothing is said. (A frozen value, so one is enough.)
DEFAULT_OPTIONS = LoadOptions()


@dataclass(frozen=True, slots=True)
class Opened:
    """The file opened: the document without its pages, and how many are promised, if that is known."""

    document: Document
    page_count: int | None = None


@dataclass(frozen=True, slots=True)
class PageRead:
    """The next page. An empty one is blank, as far as can be told."""

    page: Page


@dataclass(frozen=True, slots=True)
class PageLost:
    """The next page is there and gave nothing. `reason` is a half sentence ("OCR found no text on it")."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class MemberFound:
    """A file within the file, taken out: `name` is its path inside, `file` lies in the scratch folder."""

    name: str
    file: Path


@dataclass(frozen=True, slots=True)
class MemberRefused:
    """A file within the file that was left there, and why, as a whole sentence."""

    name: str
    reason: str
    #: Whether a password would help.
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """The file's end, and what the reader should know of the file as a whole."""

    notes: tuple[str, ...] = ()


#: `Opened` comes first, once; then each page in order, read or lost; then members; `Closed` last, once.
#: An archive, which is no document, has members alone and is never `Opened`.
ReadEvent = Opened | PageRead | PageLost | MemberFound | MemberRefused | Closed


class Loader(Protocol):
    """Reads files of one or more kinds, whole.

    A loaded document carries the content's `sha256`, pages numbered from 1 without a gap, and at least
    one page that holds text. Page texts hold no carriage return, form feed, NUL or lone surrogate.
    """

    @property
    def media_types(self) -> frozenset[str]:
        """The kinds it reads, as `ingest.media.tell_media_type` names them."""
        ...

    def load(self, content: FileContent, options: LoadOptions = DEFAULT_OPTIONS) -> Document:
        """Read the file. Raises a kind of `UnreadableFile`, and nothing else, whatever the bytes are."""
        ...


class PageLoader(Protocol):
    """Reads files of one or more kinds page by page, so that no large file is ever held whole.

    Texts are as those of a `Loader`. A document without any text is told by its events alone.
    """

    @property
    def media_types(self) -> frozenset[str]: ...

    def read(
        self, file: FileOnDisk, options: LoadOptions = DEFAULT_OPTIONS, *, first_page: int = 1
    ) -> Iterator[ReadEvent]:
        """Read the file from that page on. Raises a kind of `UnreadableFile`, and nothing else.

        Each page is yielded before work on the next begins.
        """
        ...
