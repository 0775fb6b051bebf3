"""The voice and the ear for tests and demonstrations: no model, no meaning."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from generators.audio.speaking import ModelSpeaker
from generators.audio.transcription import Stretch
from generators.errors import GenerationFailed

if TYPE_CHECKING:
    from generators.audio.protocol import Samples

_LOWEST_HERTZ, _RANGE_HERTZ = 200, 600
_WORD_SECONDS = 0.2


class ToneSpeaker(ModelSpeaker):
    """A Speaker that plays a tone for each word: equal words of a sentence sound equal, and a longer text
    lasts longer.

    It keeps the sentences it was asked to say in `said`.
    """

    def __init__(self, sample_rate: int = 8000) -> None:
        super().__init__("scripted")
        self._sample_rate = sample_rate
        self.said: list[str] = []

    @property
    def sample_rate(self) -> int:
        return self._sample_rate

    @property
    def weights(self) -> Path | None:
        return None

    def _open(self) -> object:
        return "no model"

    def _takes_words(self, model: object) -> bool:
        del model
        return True

    def _say(self, model: object, sentence: str, speed: float, seed: int) -> Samples:
        import numpy as np

        del model
        self.said.append(sentence)
        times = np.arange(round(_WORD_SECONDS / speed * self._sample_rate)) / self._sample_rate
        tones = [0.5 * np.sin(2 * np.pi * _hertz(word, seed) * times) for word in sentence.split()]
        return np.concatenate(tones).astype(np.float32)


class ScriptedTranscriber:
    """A Transcriber that hears what it was told to hear, whatever the file is. It keeps the files in
    `heard`."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._stretches = tuple(stretches)
        self._closed = False
        self.heard: list[Path] = []

    @property
    def id(self) -> str:
        return "scripted"

    def transcribe(self, file: Path, *, skip: int = 0) -> Iterator[Stretch]:
        if self._closed:
            raise GenerationFailed("This transcriber was closed. Build a new one.")
        self.heard.append(file)
        yield from self._stretches[skip:]

    def close(self) -> None:
        self._closed = True


def _hertz(word: str, seed: int) -> int:
    return _LOWEST_HERTZ + zlib.crc32(word.lower().encode(), seed) % _RANGE_HERTZ
