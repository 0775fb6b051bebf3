"""The seam between a file and a document."""

from __future__ import annotations

from typing import Protocol

from ingest.loaders.content import FileContent
from ingest.types import Document


class Loader(Protocol):
    """Reads files of one or more kinds.

    A loaded document carries the content's `sha256`, pages numbered from 1 without a gap, and at least
    one page that holds text. Page texts hold no carriage return, form feed, NUL or lone surrogate.
    """

    @property
    def media_types(self) -> frozenset[str]:
        """The kinds it reads, as `ingest.media.tell_media_type` names them."""
        ...

    def load(self, content: FileContent, password: str | None = None) -> Document:
        """Read the file. Raises a kind of `UnreadableFile`, and nothing else, whatever the bytes are."""
        ...
