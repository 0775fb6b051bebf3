"""Voices, ears and music whose models share memory with all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from generators.audio.music import MadeSound, MusicMaker, MusicRequest, StepCounter, uncounted
from generators.audio.protocol import Speaker, check_speed
from generators.audio.transcription import Stretch, Transcriber
from generators.errors import GenerationFailed
from machine import Residence

if TYPE_CHECKING:
    from generators.audio.protocol import Samples


class ResidentSpeaker:
    """A Speaker that uses another, as long as it is in memory. `described` is such a one, not loaded."""

    def __init__(self, residence: Residence[Speaker], described: Speaker) -> None:
        self._residence = residence
        self._described = described
        self._closed = False

    @property
    def id(self) -> str:
        return self._described.id

    @property
    def repeatable(self) -> bool:
        return self._described.repeatable

    @property
    def sample_rate(self) -> int:
        with self._used() as voice:
            return voice.sample_rate

    @property
    def weights(self) -> Path | None:
        with self._used() as voice:
            return voice.weights

    def speak(
        self,
        text: str,
        speed: float = 1.0,
        seed: int = 0,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Samples]:
        check_speed(speed)
        return self._spoken(text, speed, seed, cancelled)

    def close(self) -> None:
        self._closed = True
        self._residence.leave()

    def _spoken(self, text: str, speed: float, seed: int, cancelled: Callable[[], bool]) -> Iterator[Samples]:
        with self._used() as voice:
            yield from voice.speak(text, speed, seed, cancelled)

    @contextmanager
    def _used(self) -> Iterator[Speaker]:
        if self._closed:
            raise GenerationFailed("This voice was closed. Build a new one.")
        with self._residence.use() as voice:
            yield voice


class ResidentTranscriber:
    """A Transcriber that uses another, as long as it is in memory."""

    def __init__(self, residence: Residence[Transcriber], id: str) -> None:
        self._residence = residence
        self._id = id
        self._closed = False

    @property
    def id(self) -> str:
        return self._id

    def transcribe(self, file: Path, *, skip: int = 0) -> Iterator[Stretch]:
        if self._closed:
            raise GenerationFailed("This transcriber was closed. Build a new one.")
        with self._residence.use() as transcriber:
            yield from transcriber.transcribe(file, skip=skip)

    def close(self) -> None:
        self._closed = True
        self._residence.leave()


class ResidentMusicMaker:
    """A MusicMaker that uses another, as long as it is in memory."""

    def __init__(self, residence: Residence[MusicMaker], id: str) -> None:
        self._residence = residence
        self._id = id
        self._closed = False

    @property
    def id(self) -> str:
        return self._id

    @property
    def longest_seconds(self) -> float:
        self._require_open()
        with self._residence.use() as maker:
            return maker.longest_seconds

    def make(
        self,
        request: MusicRequest,
        progress: StepCounter = uncounted,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> MadeSound:
        self._require_open()
        with self._residence.use() as maker:
            return maker.make(request, progress, cancelled)

    def close(self) -> None:
        self._closed = True
        self._residence.leave()

    def _require_open(self) -> None:
        if self._closed:
            raise GenerationFailed("This music engine was closed. Build a new one.")
