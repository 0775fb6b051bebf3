"""What is told of a folder of made pictures."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.measured import LeftOut, Measured


@dataclass(frozen=True, slots=True)
class UsedNetwork:
    """What looked at the pictures; `sha256` is of its weights, None where it has none."""

    id: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class PromptedPicture:
    """A picture, its prompt, and how well they fit (0 to 100)."""

    file: str
    prompt: str
    clip_score: float


@dataclass(frozen=True, slots=True)
class ImageReport:
    """`made_count` and `real_count` are of pictures that could be read; without real ones it is None."""

    made_count: int
    real_count: int | None
    networks: tuple[UsedNetwork, ...]
    figures: tuple[Measured, ...]
    pictures: tuple[PromptedPicture, ...]
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...]
