"""The nouns of judging: what is judged, by which rubric, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

#: What a rubric lets the judge see besides the answer.
Part = Literal["question", "gold", "source"]
#: One answer after the other, or two beside each other.
Way = Literal["pointwise", "pairwise"]


@dataclass(frozen=True, slots=True)
class Option:
    """What the judge may reply, and what that says of the answer: 0 (it fails the rubric) to 1."""

    text: str
    value: float


@dataclass(frozen=True, slots=True)
class Wording:
    """One way of putting the rubric's question, with the replies that it allows."""

    text: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Rubric:
    """What is judged, and in which words. `sha256` is of its file: a judge is measured with just these.

    `shows` is in the order of the prompt. A rubric without `pairwise` wordings cannot compare two answers.
    """

    name: str
    version: int
    purpose: str
    system: str
    shows: tuple[Part, ...]
    pointwise: tuple[Wording, ...]
    pairwise: tuple[Wording, ...]
    sha256: str

    def wordings(self, way: Way) -> tuple[Wording, ...]:
        return self.pointwise if way == "pointwise" else self.pairwise


@dataclass(frozen=True, slots=True)
class Case:
    """What an answer is judged beside; empty where it is not known."""

    question: str = ""
    gold: str = ""
    source: str = ""

    def part(self, name: Part) -> str:
        return {"question": self.question, "gold": self.gold, "source": self.source}[name]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one prompt came to: a weight for each of its options, together 1; empty where nothing was to be
    read.

    `written`: the engine could not say how likely the options are and wrote one, which then has it all.
    """

    weights: tuple[float, ...]
    written: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the readings say together; there is at least one.

    Each is 0..1: of an answer how far it meets the rubric, of a pair how far the first answer is preferred.
    """

    readings: tuple[float, ...]

    @property
    def score(self) -> float:
        """The mean over wordings and orders."""
        return math.fsum(self.readings) / len(self.readings)

    @property
    def spread(self) -> float:
        """The highest reading less the lowest, 0..1: how far the verdict hangs on how the question was
        put."""
        return max(self.readings) - min(self.readings)

    def verdict(self, cut: float = 0.5) -> bool:
        return self.score >= cut


#: Hears how many of how many are done.
Told = Callable[[int, int], None]


def expected_value(options: Sequence[Option], weights: Sequence[float]) -> float:
    """Sum of weight times value, 0..1: a judge that wavers between 4 and 5 is not made to choose.

    Liu and others: G-Eval (2023), https://arxiv.org/abs/2303.16634.
    """
    return math.fsum(weight * option.value for option, weight in zip(options, weights, strict=True))
