"""Scores and differences drawn at random, of the kinds that evaluation sees, each with its true mean."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shape = tuple[int, int]
Draw = Callable[[np.random.Generator, Shape], Floats]

_F1_WRONG, _F1_RIGHT = 0.25, 0.35
_F1_PARTS = (1.5, 2.5)


@dataclass(frozen=True, slots=True)
class Scores:
    """A kind of score of one system: how it is drawn, its true mean, and its upper bound (the lower is 0)."""

    name: str
    draw: Draw
    mean: float
    highest: float | None = 1.0


@dataclass(frozen=True, slots=True)
class Differences:
    """A kind of paired difference. `span` is the metric's, None without an upper bound.

    `draw(chance, shape, loss)` has `loss` taken from the mean, as the kind loses.
    """

    name: str
    draw: Callable[[np.random.Generator, Shape, float], Floats]
    mean: float = 0.0
    span: float | None = 1.0


def rate(share: float) -> Scores:
    """1 for that share of the questions, else 0."""
    return Scores(
        f"0/1, {share:g}", lambda chance, shape: np.where(chance.random(shape) < share, 1.0, 0.0), share
    )


def _ends_and_between(name: str, wrong: float, right: float, parts: tuple[float, float]) -> Scores:
    """Masses at 0 and at 1, a beta distribution between them."""

    def draw(chance: np.random.Generator, shape: Shape) -> Floats:
        where = chance.random(shape)
        between = chance.beta(*parts, size=shape)
        return np.where(where < wrong, 0.0, np.where(where < wrong + right, 1.0, between))

    return Scores(name, draw, right + (1 - wrong - right) * parts[0] / sum(parts))


def _recall(name: str, none: float, half: float) -> Scores:
    def draw(chance: np.random.Generator, shape: Shape) -> Floats:
        where = chance.random(shape)
        return np.where(where < none, 0.0, np.where(where < none + half, 0.5, 1.0))

    return Scores(name, draw, 1 - none - half / 2)


def _seconds(name: str, sigma: float) -> Scores:
    mean = math.exp(sigma**2 / 2)
    return Scores(name, lambda chance, shape: chance.lognormal(0.0, sigma, shape), mean, highest=None)


_F1 = _ends_and_between("token F1", _F1_WRONG, _F1_RIGHT - _F1_WRONG, _F1_PARTS)

SCORES: tuple[Scores, ...] = (
    *(rate(share) for share in (0.02, 0.05, 0.1, 0.3, 0.5, 0.9, 0.98)),
    _ends_and_between("nDCG", 0.2, 0.4, (4.0, 2.0)),
    _ends_and_between("nDCG, high", 0.04, 0.86, (4.0, 2.0)),
    _F1,
    _recall("recall", 0.15, 0.35),
    _recall("recall, high", 0.02, 0.06),
    _seconds("seconds, sigma .5", 0.5),
    _seconds("seconds, sigma 1", 1.0),
)


def mixed(name: str, up: float, down: float, small: float, deviation: float = 0.1) -> Differences:
    """Shares of +1, of -1 and of small normal differences, the rest 0. A loss is more of -1."""

    def draw(chance: np.random.Generator, shape: Shape, loss: float) -> Floats:
        where = chance.random(shape)
        fallen, risen = down + loss, down + loss + up
        some = np.clip(chance.normal(0.0, deviation, shape), -1.0, 1.0)
        rest = np.where(where < risen + small, some, 0.0)
        return np.where(where < fallen, -1.0, np.where(where < risen, 1.0, rest))

    return Differences(name, draw, up - down)


def _f1_changes(by_failing: bool) -> Differences:
    """Three answers in ten are new. A loss is taken of every question, or of some that fail altogether."""

    def draw(chance: np.random.Generator, shape: Shape, loss: float) -> Floats:
        first = _F1.draw(chance, shape)
        second = np.where(chance.random(shape) < 0.3, _F1.draw(chance, shape), first)
        if by_failing:
            return np.where(chance.random(shape) < loss / _F1.mean, 0.0, second) - first
        return second - first - loss

    return Differences("token F1, some fail" if by_failing else "token F1", draw)


def _halves(chance: np.random.Generator, shape: Shape, loss: float) -> Floats:
    """Recall of two gold items: one in ten gains or loses one of them. A loss is more of those that lose."""
    where = chance.random(shape)
    return np.where(where < 0.05, 0.5, np.where(where < 0.1 + 2 * loss, -0.5, 0.0))


def _second_changes(name: str, sigma: float) -> Differences:
    def draw(chance: np.random.Generator, shape: Shape, loss: float) -> Floats:
        return chance.lognormal(0.0, sigma, shape) - chance.lognormal(0.0, sigma, shape) - loss

    return Differences(name, draw, span=None)


DIFFERENCES: tuple[Differences, ...] = (
    mixed("80% ties, 4% up, 6% down", 0.04, 0.06, 0.1),
    mixed("90% ties, 2% up, 3% down", 0.02, 0.03, 0.05),
    mixed("0/1, 1% up, 4% down", 0.01, 0.04, 0.0),
    mixed("0/1, 8% up, 12% down", 0.08, 0.12, 0.0),
    mixed("60% ties, rest small", 0.0, 0.0, 0.4),
    mixed("no ties, all small", 0.0, 0.0, 1.0),
    mixed("95% ties, rest small", 0.0, 0.0, 0.05),
    mixed("97% ties, 1% up, 2% down", 0.01, 0.02, 0.0),
    _f1_changes(by_failing=False),
    _second_changes("seconds, sigma .5", 0.5),
    _second_changes("seconds, sigma 1", 1.0),
)

#: Of two systems that are equal.
EQUALS: tuple[Differences, ...] = (
    mixed("0/1, 1% each way", 0.01, 0.01, 0.0),
    mixed("0/1, 5% each way", 0.05, 0.05, 0.0),
    mixed("90% ties, 2% each way", 0.02, 0.02, 0.06),
    mixed("95% ties, 1% each way", 0.01, 0.01, 0.03),
    mixed("no ties, all small", 0.0, 0.0, 1.0),
    Differences("recall, 5% each way", _halves),
    _f1_changes(by_failing=False),
    _second_changes("seconds, sigma 1", 1.0),
)

#: Of two systems that are equal until one is given a loss.
LOSING: tuple[Differences, ...] = (
    *(kind for kind in EQUALS if kind.span is not None),
    _f1_changes(by_failing=True),
)
