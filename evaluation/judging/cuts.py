"""Where a score becomes a verdict, chosen on labelled answers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from evaluation.agreement import cohen_kappa

#: More candidates than this tell no more.
_MOST_CANDIDATES = 200


def best_threshold(scores: Sequence[float], good: Sequence[bool]) -> float:
    """The threshold, from which on an answer is called good, of the highest kappa with people.

    It lies halfway between two neighbouring scores; of equally good ones the lowest is taken. Raises
    ValueError without scores.
    """
    people = [int(value) for value in good]
    return max(
        _between(sorted(set(scores))),
        key=lambda cut: (cohen_kappa(people, answer_classes(scores, cut), 2), -cut),
    )


def best_margin(preferences: Sequence[float], people: Sequence[int]) -> float:
    """The margin, beyond which a preference is one, of the highest quadratic kappa with people's -1, 0, 1.

    It is 0 or lies halfway between two neighbouring sizes; of equally good ones the smallest is taken.
    """
    classes = [preference + 1 for preference in people]
    sizes = sorted({abs(preference) for preference in preferences})
    return max(
        [0.0, *(cut for cut in _between(sizes) if cut > 0)],
        key=lambda cut: (
            cohen_kappa(classes, preference_classes(preferences, cut), 3, quadratic=True),
            -cut,
        ),
    )


def answer_classes(scores: Sequence[float], threshold: float) -> list[int]:
    """1 for good, 0 for not."""
    return [int(score >= threshold) for score in scores]


def preference_classes(preferences: Sequence[float], margin: float) -> list[int]:
    """0 for the second answer, 1 for neither, 2 for the first."""
    return [1 + int(value > margin) - int(value < -margin) for value in preferences]


def _between(ordered: Sequence[float]) -> list[float]:
    """Halfway between neighbours, some of them where they are many; one score alone is its own."""
    if len(ordered) < 2:
        return list(ordered)
    middles = [(low + high) / 2 for low, high in pairwise(ordered)]
    if len(middles) <= _MOST_CANDIDATES:
        return middles
    return [middles[int(at)] for at in np.linspace(0, len(middles) - 1, _MOST_CANDIDATES)]
