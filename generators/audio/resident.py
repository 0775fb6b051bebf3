"""Voices, ears and music whose models share memory with all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from generators.audio.music import MadeSound, MusicMaker, MusicRequest, StepCounter, uncounted
from generators.audio.protocol import Speaker, check_speed
from generators.audio.transcription import Stretch, Transcriber
from generators.resident import ResidentEngine
from machine import Residence

if TYPE_CHECKING:
    from generators.audio.protocol import Samples


class ResidentSpeaker(ResidentEngine[Speaker]):
    """A Speaker that uses another, as long as it is in memory. `described` is such a one, not loaded."""

    def __init__(self, residence: Residence[Speaker], described: Speaker) -> None:
        super().__init__(residence, "voice")
        self._described = described

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

    def _spoken(self, text: str, speed: float, seed: int, cancelled: Callable[[], bool]) -> Iterator[Samples]:
        with self._used(cancelled) as voice:
            yield from voice.speak(text, speed, seed, cancelled)


class ResidentTranscriber(ResidentEngine[Transcriber]):
    """A Transcriber that uses another, as long as it is in memory."""

    def __init__(self, residence: Residence[Transcriber], id: str) -> None:
        super().__init__(residence, "transcriber")
        self._id = id

    @property
    def id(self) -> str:
        return self._id

    def transcribe(self, file: Path, *, skip: int = 0) -> Iterator[Stretch]:
        with self._used() as transcriber:
            yield from transcriber.transcribe(file, skip=skip)


class ResidentMusicMaker(ResidentEngine[MusicMaker]):
    """A MusicMaker that uses another, as long as it is in memory."""

    def __init__(self, residence: Residence[MusicMaker], id: str) -> None:
        super().__init__(residence, "music engine")
        self._id = id

    @property
    def id(self) -> str:
        return self._id

    @property
    def longest_seconds(self) -> float:
        with self._used() as maker:
            return maker.longest_seconds

    def make(
        self,
        request: MusicRequest,
        progress: StepCounter = uncounted,
        cancelled: Callable[[], bool] = lambda: False,
        begun: Callable[[], None] = lambda: None,
    ) -> MadeSound:
        with self._used(cancelled) as maker:
            return maker.make(request, progress, cancelled, begun)
