"""The player for tests and demonstrations: no model, and tones for music."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from generators.audio.music import (
    MadeSound,
    MusicRequest,
    StepCounter,
    check_length,
    stopped_after,
    uncounted,
)
from generators.errors import GenerationFailed, PromptTooLong

_SAMPLE_RATE = 8000
_STEPS_A_SECOND = 10
_MOST_WORDS = 64
_GUIDANCE = 3.0
_LOWEST_HERTZ, _RANGE_HERTZ = 110, 770


class ToneMusicMaker:
    """A MusicMaker without a model: a tone for each tenth of a second, by prompt, settings and seed.

    It keeps what it was asked in `requests`.
    """

    def __init__(self, *, longest_seconds: float = 30.0) -> None:
        self._longest_seconds = longest_seconds
        self._closed = False
        self.requests: list[MusicRequest] = []

    @property
    def id(self) -> str:
        return "scripted"

    @property
    def longest_seconds(self) -> float:
        return self._longest_seconds

    def make(
        self,
        request: MusicRequest,
        progress: StepCounter = uncounted,
        cancelled: Callable[[], bool] = lambda: False,
        begun: Callable[[], None] = lambda: None,
    ) -> MadeSound:
        import numpy as np

        if self._closed:
            raise GenerationFailed("This music engine was closed. Build a new one.")
        check_length(request, self._longest_seconds, self.id)
        words = len(request.prompt.split())
        if words > _MOST_WORDS:
            raise PromptTooLong(
                f"The prompt comes to {words} words, and {_MOST_WORDS} are read. Shorten it.",
                _MOST_WORDS / words,
            )
        self.requests.append(request)
        begun()
        guidance = max(1.0, _GUIDANCE if request.guidance_scale is None else request.guidance_scale)
        count = round(request.seconds * _SAMPLE_RATE)
        each = _SAMPLE_RATE // _STEPS_A_SECOND
        steps = -(-count // each)
        times = np.arange(each) / _SAMPLE_RATE
        tones = []
        for step in range(1, steps + 1):
            if step == 1 and cancelled():
                raise GenerationFailed(stopped_after(0, steps))
            key = (request.prompt, request.seed, guidance, request.temperature, request.top_k, step)
            digest = hashlib.sha256(repr(key).encode()).digest()
            hertz = _LOWEST_HERTZ + int.from_bytes(digest[:2], "big") % _RANGE_HERTZ
            tones.append(0.5 * np.sin(2 * np.pi * hertz * times))
            progress(step, steps)
            if cancelled():
                raise GenerationFailed(stopped_after(step, steps))
        settings = (("seconds", f"{request.seconds:g}"), ("guidance scale", f"{guidance:g}"))
        samples = np.concatenate(tones)[:count].astype(np.float32)
        return MadeSound(samples, _SAMPLE_RATE, settings)

    def close(self) -> None:
        self._closed = True
