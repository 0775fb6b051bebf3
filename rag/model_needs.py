"""What the models of these settings take of memory, told without loading them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generators.assembly import text_need
from generators.audio.assembly import speaker_need, transcriber_need
from generators.audio.settings import SpeechSettings, TranscriptionSettings
from generators.errors import GeneratorError
from ingest.assembly import embedder_need
from ingest.errors import IngestError
from ingest.settings import DEFAULT_EMBEDDER
from machine import MachineError, Need, resolve
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class ModelNeed:
    """A model and its need; None where that cannot be told, for instance since it is not here."""

    name: str
    need: Need | None


def model_needs(settings: Settings) -> tuple[ModelNeed, ...]:
    """Of the embedder, the language model, the voice and the transcriber."""
    embedder, voice, transcriber = settings.ingest.embedder, SpeechSettings(), TranscriptionSettings()
    _, _, model = settings.generator.engine.partition(":")
    return (
        ModelNeed(
            f"embedder {embedder.model or DEFAULT_EMBEDDER}",
            _told(lambda: embedder_need(embedder, lambda id: resolve(id, kind="embedder"))),
        ),
        ModelNeed(
            f"language model {model or settings.generator.engine}",
            _told(lambda: text_need(settings.generator, lambda id: resolve(id, kind="language"))),
        ),
        ModelNeed(
            f"voice {voice.voice}",
            _told(lambda: speaker_need(voice, lambda id: resolve(id, kind="voice"))),
        ),
        ModelNeed(
            f"transcriber {transcriber.model}",
            _told(lambda: transcriber_need(transcriber, lambda id: resolve(id, kind="transcriber"))),
        ),
    )


def _told(ask: Callable[[], Need]) -> Need | None:
    try:
        return ask()
    except (MachineError, GeneratorError, IngestError, OSError):
        return None
