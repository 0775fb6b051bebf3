"""A generator's ear for ingestion: recordings become documents.

The reading process makes it by its name, "rag.listening:build_transcriber".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generators.audio.assembly import build_transcriber as build_engine
from generators.audio.settings import TranscriptionSettings
from generators.audio.transcription import Transcriber
from generators.errors import EngineMissing, ModelUnusable, SoundUnreadable
from ingest.loaders.transcription import HeardStretch, RecordingUnreadable, TranscriberMissing
from machine import MachineError, resolve


class IngestionTranscriber:
    """What `ingest` listens with: an engine, its stretches and its errors in ingestion's own terms."""

    def __init__(self, engine: Transcriber) -> None:
        self._engine = engine

    def transcribe(self, file: Path, *, skip: int = 0) -> Iterator[HeardStretch]:
        try:
            for stretch in self._engine.transcribe(file, skip=skip):
                yield HeardStretch(stretch.start_seconds, stretch.end_seconds, stretch.text)
        except (EngineMissing, ModelUnusable) as error:
            raise TranscriberMissing(str(error).rstrip(".")) from error
        except SoundUnreadable as error:
            raise RecordingUnreadable(str(error)) from error


def build_transcriber() -> IngestionTranscriber:
    """The default transcriber, its model not loaded yet. Raises TranscriberMissing."""
    try:
        engine = build_engine(TranscriptionSettings(), lambda id: resolve(id, kind="transcriber"))
    except MachineError as error:
        raise TranscriberMissing(str(error).rstrip(".")) from error
    return IngestionTranscriber(engine)
