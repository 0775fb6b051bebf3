"""The seam between a recording and the words in it. Who listens is passed in: it is a generator's engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ingest.errors import IngestError


class TranscriberMissing(IngestError):
    """Nothing here listens. Says, as a half sentence, what to install or to fetch."""


class RecordingUnreadable(IngestError):
    """The file is no sound. Says, as a whole sentence, what is wrong with it."""


@dataclass(frozen=True, slots=True)
class HeardStretch:
    """About a minute of a recording, in seconds from its beginning, with all that was said in it."""

    start_seconds: float
    end_seconds: float
    text: str


class Transcriber(Protocol):
    """Writes down what is said in a recording."""

    def transcribe(self, file: Path, *, skip: int = 0) -> Iterator[HeardStretch]:
        """Yield the recording's stretches in order, each before work on the next begins, without a gap.

        The first `skip` are left out; a file is always cut in the same places. The engine is loaded with the
        first recording. Raises `TranscriberMissing`, `RecordingUnreadable`.
        """
        ...


#: Makes what listens, when the first recording comes.
MakeTranscriber = Callable[[], Transcriber]


class ScriptedTranscriber:
    """The fake: hears in every recording what it was told to hear."""

    def __init__(self, *stretches: HeardStretch) -> None:
        self._stretches = stretches

    def transcribe(self, file: Path, *, skip: int = 0) -> Iterator[HeardStretch]:  # noqa: ARG002 - the protocol's
        yield from self._stretches[skip:]
