"""Recordings as documents: a page is about a minute of what is said, labelled with its times."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ingest.errors import DamagedFile, UnsupportedFormat
from ingest.loaders.characters import clean
from ingest.loaders.content import FileOnDisk
from ingest.loaders.protocol import DEFAULT_OPTIONS, Closed, LoadOptions, Opened, PageRead, ReadEvent
from ingest.loaders.titles import choose_title
from ingest.loaders.transcription import (
    HeardStretch,
    MakeTranscriber,
    RecordingUnreadable,
    Transcriber,
    TranscriberMissing,
)
from ingest.media import tell_media_type_of_file
from ingest.media_types import SOUNDS
from ingest.types import Document, Page

_NOTE = "Its text was heard by speech recognition and may hold misheard words"


class RecordingLoader:
    """A `PageLoader` for WAV, MP3, FLAC, Ogg, M4A and AIFF.

    `make_transcriber` is called with the first recording; without one no recording is read.
    """

    def __init__(self, make_transcriber: MakeTranscriber | None = None) -> None:
        self._make_transcriber = make_transcriber
        self._transcriber: Transcriber | None = None

    @property
    def media_types(self) -> frozenset[str]:
        return SOUNDS

    def read(
        self, file: FileOnDisk, options: LoadOptions = DEFAULT_OPTIONS, *, first_page: int = 1
    ) -> Iterator[ReadEvent]:
        del options
        try:
            stretches = self._listening(file).transcribe(file.file, skip=first_page - 1)
            first = next(stretches, None)  # before the file counts as opened: it may be none
            yield Opened(_document(file))
            for number, stretch in enumerate(chain(() if first is None else (first,), stretches), first_page):
                yield PageRead(_page(number, stretch))
            yield Closed((_NOTE,))
        except TranscriberMissing as error:
            raise UnsupportedFormat(
                f"{file.name} is a recording, and what writes down speech is not installed here: {error}."
            ) from error
        except RecordingUnreadable as error:
            # A file out of an archive lies under another name than people know.
            raise DamagedFile(str(error).replace(file.file.name, file.name)) from error

    def _listening(self, file: FileOnDisk) -> Transcriber:
        if self._make_transcriber is None:
            raise UnsupportedFormat(f"{file.name} is a recording, and nothing was set up to listen to it.")
        if self._transcriber is None:
            self._transcriber = self._make_transcriber()
        return self._transcriber


def time_label(start_seconds: float, end_seconds: float) -> str:
    """What people call a stretch of a recording: "0:00 to 1:02", "1:00:05 to 1:01:07"."""
    return f"{clock_time(start_seconds)} to {clock_time(end_seconds)}"


def clock_time(seconds: float) -> str:
    """ "1:02", "1:00:05"."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def _document(file: FileOnDisk) -> Document:
    return Document(
        sha256=file.sha256,
        media_type=tell_media_type_of_file(file),
        title=choose_title(file.path),
        pages=(),
    )


def _page(number: int, stretch: HeardStretch) -> Page:
    return Page(number, clean(stretch.text), time_label(stretch.start_seconds, stretch.end_seconds))
