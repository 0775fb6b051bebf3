"""The seam between a wish for music or sound and an engine that makes it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from generators.errors import RequestUnusable

if TYPE_CHECKING:
    from generators.audio.protocol import Samples

_SEEDS = 2**32
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.01, 3600.0
_HIGHEST_GUIDANCE = 100.0
_HIGHEST_TEMPERATURE = 10.0
_MOST_CANDIDATES = 100_000

#: Called after each step with its number, from 1, and how many there will be.
StepCounter = Callable[[int, int], None]


def uncounted(step: int, steps: int) -> None:
    """The listener of those who do not ask."""


@dataclass(frozen=True, slots=True)
class MusicRequest:
    """All an engine gets. None leaves a value to the model's custom; raises ValueError for what cannot be."""

    prompt: str
    seconds: float = 8.0
    guidance_scale: float | None = None
    """How closely the prompt is followed (https://arxiv.org/abs/2207.12598); 1 and below: no guidance."""
    temperature: float | None = None
    """Below 1 the usual becomes more likely, above 1 the unusual."""
    top_k: int | None = None
    """From how many of the likeliest codes each one is drawn."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.prompt.strip():
            raise ValueError("the prompt is empty; say what is to be heard")
        if not _SHORTEST_SECONDS <= self.seconds <= _LONGEST_SECONDS:  # which NaN is not either
            raise ValueError(
                f"seconds is {self.seconds:g}; it must be from {_SHORTEST_SECONDS:g} to {_LONGEST_SECONDS:g}"
            )
        if self.guidance_scale is not None and not 0 <= self.guidance_scale <= _HIGHEST_GUIDANCE:
            raise ValueError(
                f"guidance_scale is {self.guidance_scale:g}; it must be from 0 to {_HIGHEST_GUIDANCE:g}"
            )
        if self.temperature is not None and not 0 < self.temperature <= _HIGHEST_TEMPERATURE:
            raise ValueError(
                f"temperature is {self.temperature:g}; it must be above 0, up to {_HIGHEST_TEMPERATURE:g}"
            )
        if self.top_k is not None and not 1 <= self.top_k <= _MOST_CANDIDATES:
            raise ValueError(f"top_k is {self.top_k}; it must be from 1 to {_MOST_CANDIDATES}")
        if not 0 <= self.seed < _SEEDS:
            raise ValueError(f"seed is {self.seed}; it must be from 0 to {_SEEDS - 1}")


@dataclass(frozen=True, slots=True, eq=False)
class MadeSound:
    """A sound and how it was made.

    `samples` are float32 [samples] of one channel or [samples, 2] of two, each -1..1. `settings` are the
    values that were used, by their names; `work_seconds` is what it took, without loading the model.
    """

    samples: Samples
    sample_rate: int
    settings: tuple[tuple[str, str], ...] = ()
    work_seconds: float | None = None

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return len(self.samples) / self.sample_rate


class MusicMaker(Protocol):
    """An engine that makes music or sound. One request at a time; a second waits."""

    @property
    def id(self) -> str:
        """What it is called in the files it makes."""
        ...

    @property
    def longest_seconds(self) -> float:
        """How long a sound it can make. May load the model, and raises as `make` does."""
        ...

    def make(
        self,
        request: MusicRequest,
        progress: StepCounter = uncounted,
        cancelled: Callable[[], bool] = lambda: False,
        begun: Callable[[], None] = lambda: None,
    ) -> MadeSound:
        """A sound of the length asked for, to the sample. `cancelled` is asked after each step; `begun` is
        called once, when the model is in memory and making begins.

        Raises EngineMissing, ModelUnusable, RequestUnusable for a sound that is too long, PromptTooLong, and
        GenerationFailed, also where it was cancelled and after `close`.
        """
        ...

    def close(self) -> None: ...


def check_length(request: MusicRequest, longest_seconds: float, name: str) -> None:
    """Raises RequestUnusable for a sound longer than the engine of that name can make."""
    if request.seconds > longest_seconds:
        at_most = math.floor(longest_seconds * 100) / 100
        raise RequestUnusable(
            f"{name} makes at most {at_most:g} seconds at a time, and {request.seconds:g} were asked for. "
            "Ask for less."
        )


def stopped_after(step: int, steps: int) -> str:
    """What an engine says that was cancelled."""
    return f"The music was stopped after {step} of {steps} steps. Nothing was kept."
