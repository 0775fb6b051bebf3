"""The seam between a text and a voice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    #: float32 [samples], one channel, each -1..1.
    Samples: TypeAlias = NDArray[np.float32]

#: How much slower and faster than its own pace a voice can be asked to speak.
LEAST_SPEED, MOST_SPEED = 0.5, 2.0


class Speaker(Protocol):
    """A voice. One text at a time; a second waits."""

    @property
    def id(self) -> str:
        """What settings call it, for instance `hibari` or `piper:piper-en-us-joe-medium`."""
        ...

    @property
    def sample_rate(self) -> int:
        """Samples a second. The model may be loaded to tell. Raises as `speak` does."""
        ...

    @property
    def weights(self) -> Path | None:
        """The file that decides how it sounds; None where there is none. Raises as `speak` does."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether one seed always gives one sound."""
        ...

    def speak(
        self,
        text: str,
        speed: float = 1.0,
        seed: int = 0,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Samples]:
        """Yield each sentence's sound before work on the next begins; nothing more once cancelled.

        The text is prepared as `generators.audio.spoken_text` says. A sentence of which the voice can say
        nothing gives no piece. Raises ValueError for a speed out of bounds, EngineMissing, ModelUnusable and
        GenerationFailed.
        """
        ...

    def close(self) -> None: ...


def check_speed(speed: float) -> None:
    """Raises ValueError for a speed that no voice has."""
    if not LEAST_SPEED <= speed <= MOST_SPEED:  # which NaN is not either
        raise ValueError(f"speed is {speed:g}; it must be from {LEAST_SPEED:g} to {MOST_SPEED:g}")
