"""The seam between a file on the disk and what the pipeline hears of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from ingest.errors import ReaderFault, ReadingStopped, UnreadableFile, UnsupportedFormat
from ingest.loaders.content import FileContent, FileOnDisk
from ingest.loaders.protocol import (
    DEFAULT_OPTIONS,
    Closed,
    Loader,
    LoadOptions,
    Opened,
    PageLoader,
    PageRead,
    ReadEvent,
)
from ingest.media import tell_media_type_of_file
from ingest.types import Document


class FileReader(Protocol):
    """Reads files of every kind it has a loader for.

    The isolated reader (`ingest.isolation`) does it in child processes; `InProcessReader` right here.
    """

    def read(
        self, file: FileOnDisk, options: LoadOptions = DEFAULT_OPTIONS, *, first_page: int = 1
    ) -> Iterator[ReadEvent]:
        """The file's events, from that page on. Raises a kind of `UnreadableFile`, and nothing else.

        A page number that the file does not reach gives no page. Closing the iterator early is allowed.
        """
        ...

    def close(self) -> None: ...


class InProcessReader:
    """Reads in this process, without any protection from what a file does to its parser."""

    def __init__(self, loaders: Iterable[Loader], page_loaders: Iterable[PageLoader] = ()) -> None:
        self._loaders: Mapping[str, Loader] = {kind: each for each in loaders for kind in each.media_types}
        self._page_loaders: Mapping[str, PageLoader] = {
            kind: each for each in page_loaders for kind in each.media_types
        }

    def read(
        self,
        file: FileOnDisk,
        options: LoadOptions = DEFAULT_OPTIONS,
        *,
        first_page: int = 1,
    ) -> Iterator[ReadEvent]:
        try:
            yield from self._read(file, options, first_page)
        except (UnreadableFile, GeneratorExit):
            raise
        except OSError as error:
            raise UnreadableFile(
                f"{file.name} could not be read: {error.strerror or error}. Check the disk it lies on."
            ) from error
        except MemoryError as error:
            raise ReadingStopped(
                f"{file.name} was not read to its end: it needs more memory than there is. Close other "
                "programs, or divide the file."
            ) from error
        except Exception as error:  # whatever a parser meets in one file, the batch goes on
            raise ReaderFault(
                f"{file.name} could not be read: {type(error).__name__}: {error}. "
                "Open it in its own program and save it anew; if it opens well there, report this as a fault."
            ) from error

    def close(self) -> None:
        pass

    def _read(self, file: FileOnDisk, options: LoadOptions, first_page: int) -> Iterator[ReadEvent]:
        media_type = tell_media_type_of_file(file)
        page_loader = self._page_loaders.get(media_type)
        if page_loader is not None:
            yield from page_loader.read(file, options, first_page=first_page)
            return
        loader = self._loaders.get(media_type)
        if loader is None:
            raise UnsupportedFormat(f"{file.name} is of a kind that is not read here ({media_type}).")
        content = FileContent(file.path, file.file.read_bytes(), file.sha256)
        document = loader.load(content, options)
        yield from events_of(document, first_page)


def events_of(document: Document, first_page: int = 1) -> Iterator[ReadEvent]:
    """A whole document as the events that tell of it."""
    yield Opened(replace(document, pages=(), notes=()), len(document.pages))
    for page in document.pages[first_page - 1 :]:
        yield PageRead(page)
    yield Closed(document.notes)
