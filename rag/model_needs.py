"""What the models of these settings take of memory, told without loading them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from generators.assembly import text_need
from generators.audio.assembly import music_need, speaker_need, transcriber_need
from generators.audio.settings import MusicSettings, SpeechSettings, TranscriptionSettings
from generators.errors import GeneratorError
from generators.image.assembly import image_needs
from generators.image.settings import ImageSettings
from ingest.assembly import embedder_need
from ingest.errors import IngestError
from ingest.settings import DEFAULT_EMBEDDER
from machine import MachineError, Need, resolve
from rag.reranking.assembly import reranker_need
from rag.settings import Settings
from rag.support.assembly import has_own_model, support_checker_need


@dataclass(frozen=True, slots=True)
class ModelNeed:
    """A model and its need; None where that cannot be told, for instance since it is not here.

    A model that takes of two memories is there twice.
    """

    name: str
    need: Need | None


def model_needs(
    settings: Settings, image: ImageSettings | None = None, music: MusicSettings | None = None
) -> tuple[ModelNeed, ...]:
    """Of all models that the settings name, and of the voice and the transcriber.

    ControlNets, which each request names, are not among them.
    """
    return tuple(_needs(settings, image, music))


def _needs(
    settings: Settings, image: ImageSettings | None, music: MusicSettings | None
) -> Iterator[ModelNeed]:
    embedder, voice, transcriber = settings.ingest.embedder, SpeechSettings(), TranscriptionSettings()
    reranker, checker = settings.retrieval.reranker, settings.answer.support_checker
    _, _, model = settings.generator.engine.partition(":")
    yield from _told(
        f"embedder {embedder.model or DEFAULT_EMBEDDER}",
        lambda: [embedder_need(embedder, lambda id: resolve(id, kind="embedder"))],
    )
    if reranker is not None:
        yield from _told(f"reranker {reranker}", lambda: [reranker_need(reranker)])
    yield from _told(
        f"language model {model or settings.generator.engine}",
        lambda: [text_need(settings.generator, lambda id: resolve(id, kind="language"))],
    )
    if checker is not None and has_own_model(checker):
        yield from _told(f"model for inference {checker}", lambda: [support_checker_need(checker)])
    yield from _told(
        f"voice {voice.voice}", lambda: [speaker_need(voice, lambda id: resolve(id, kind="voice"))]
    )
    yield from _told(
        f"transcriber {transcriber.model}",
        lambda: [transcriber_need(transcriber, lambda id: resolve(id, kind="transcriber"))],
    )
    if image is not None:
        yield from _told(f"image model {image.model}", lambda: image_needs(image))
    if music is not None:
        yield from _told(f"music model {music.model}", lambda: [music_need(music)])


def _told(name: str, ask: Callable[[], Sequence[Need]]) -> Iterator[ModelNeed]:
    try:
        for need in ask():
            yield ModelNeed(name, need)
    except (MachineError, GeneratorError, IngestError, OSError):
        yield ModelNeed(name, None)
