"""How far chance can carry a mean: bootstrap intervals of means, and of mean differences.

Both are the Bayesian bootstrap (Rubin 1981, https://doi.org/10.1214/aos/1176345338): every resample gives
the questions random weights, exponential draws over their sum, and the interval lies between two quantiles of
the weighted means. A bootstrap of the questions alone cannot reach what they happen not to show: of 20 right
answers every resample is right. So two observations are added, one at each end of what may be.

Chosen by simulation over the percentile, BCa, bootstrap-t and expanded percentile intervals (Hesterberg 2015,
https://doi.org/10.1080/00031305.2015.1089789). No one of those covers the true mean in 93 to 97% of trials
for all kinds of score: a rate of 2% of 100 questions they cover in 58 to 87%. `python -m torture statistics`
proves it of what is here, at 100 and at 400 questions.

Where it does not hold: at n = 100 a rate of 0.5% is covered in 91% of trials, of 1% in 92%, and a few others
in 92.7 or 97.6%, for only 101 rates can be seen; a lognormal mean of sigma 1.5 in 90%, and of sigma 1 at n =
20 in 91%. Bounded scores that all lie close together have too wide an interval, as have differences of which
nearly all are 0 and the rest small.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_BLOCK = 1_000
#: Observations added at each end: a known bound gets a whole one, a guessed end half of one.
_AT_BOUND, _AT_GUESS = 1.0, 0.5


def bootstrap_intervals(
    values: ArrayLike,
    *,
    lowest: float | None = None,
    highest: float | None = None,
    level: float = 0.95,
    resamples: int = 4_000,
    seed: int = 0,
) -> tuple[Floats, Floats]:
    """The low and high end of the interval of each column's mean, in the values' unit.

    `values` are [questions] or [questions, metrics], at least one question; all columns are weighted by the
    same resamples, and the ends are of shape [] or [metrics]. `lowest` and `highest` bound the metric.

    With both bounds, one observation is added at each. For 0/1 scores that is the interval of a rate with k
    of n right from Beta(k + 1, n - k + 1), but for the resamples' noise. (Half an observation, which is
    Jeffreys' interval, https://doi.org/10.1214/ss/1009213286, covers a rate of 2% in 98.5% of trials at
    n = 100 and in 92.6% at n = 400.) Without one of the bounds, half an observation is added at the smallest
    and the largest value, the one farther from the mean moved out by the range of all: a long tail is longer
    than what was seen of it.

    The interval never excludes the mean and never leaves the bounds. Equal values have an interval of some
    width if both bounds are known, else of none: they say nothing of the spread then.
    """
    columns = _columns(values)
    means = columns.mean(axis=0)
    if lowest is not None and highest is not None:
        weight = _AT_BOUND
        ends = np.array([np.full_like(means, lowest), np.full_like(means, highest)])
    else:
        weight = _AT_GUESS
        ends = np.clip(_guessed_ends(columns, means), lowest, highest)
    low, high = _quantiles(columns, ends, weight, level, resamples, seed)
    shape = np.shape(values)[1:]
    return (
        np.clip(np.minimum(low, means), lowest, highest).reshape(shape),
        np.clip(np.maximum(high, means), lowest, highest).reshape(shape),
    )


def difference_intervals(
    differences: ArrayLike,
    *,
    span: float | None = None,
    level: float = 0.95,
    resamples: int = 4_000,
    seed: int = 0,
) -> tuple[Floats, Floats]:
    """The low and high end of the interval of each column's mean difference, as `bootstrap_intervals`.

    `differences` are [questions] or [questions, metrics], of pairs. `span` is the metric's highest less its
    lowest value, None without bounds; all differences lie in -span..span.

    Half an observation is added at -m and at m, m the largest absolute difference: who gained as much could
    have lost it. Where all differences are 0, m is `span`; without one the interval is 0 to 0. The bounds
    themselves would be too far out: most differences are 0 or small, and two observations of a whole point
    would outweigh them.
    """
    columns = _columns(differences)
    means = columns.mean(axis=0)
    largest = np.abs(columns).max(axis=0)
    largest = np.where(largest > 0, largest, span or 0.0)
    ends = np.array([-largest, largest])
    low, high = _quantiles(columns, ends, _AT_GUESS, level, resamples, seed)
    shape = np.shape(differences)[1:]
    return np.minimum(low, means).reshape(shape), np.maximum(high, means).reshape(shape)


def _columns(values: ArrayLike) -> Floats:
    """The values as [questions, columns]. Raises ValueError where no mean can be had of them."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim not in (1, 2) or not len(array):
        raise ValueError(f"Expected [questions] or [questions, metrics] with a question; got {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError(
            "A score is not a finite number. Leave questions out that a metric is not defined for."
        )
    return array.reshape(len(array), -1)


def _guessed_ends(columns: Floats, means: Floats) -> Floats:
    smallest, largest = columns.min(axis=0), columns.max(axis=0)
    beyond = largest - smallest
    upwards = largest - means >= means - smallest
    return np.array([smallest - np.where(upwards, 0.0, beyond), largest + np.where(upwards, beyond, 0.0)])


def _quantiles(
    columns: Floats, ends: Floats, weight: float, level: float, resamples: int, seed: int
) -> tuple[Floats, Floats]:
    """Quantiles of the weighted means of each column and its two `ends` [2, columns]."""
    if not 0 < level < 1:
        raise ValueError(f"A level lies between 0 and 1; got {level}.")
    blocks = [
        (own @ columns + added @ ends).T
        for own, added in _weights(len(columns), weight, resamples, np.random.default_rng(seed))
    ]
    tail = (1 - level) / 2
    low, high = np.quantile(np.concatenate(blocks, axis=1), [tail, 1 - tail], axis=1, overwrite_input=True)
    return low, high


def _weights(
    count: int, weight: float, resamples: int, chance: np.random.Generator
) -> Iterator[tuple[Floats, Floats]]:
    """Blocks of resamples: the questions' weights [block, count] and the ends' [block, 2]; rows sum to 1."""
    for start in range(0, resamples, _BLOCK):
        size = min(_BLOCK, resamples - start)
        own = chance.standard_exponential((size, count))
        added = chance.standard_gamma(weight, (size, 2))
        total = own.sum(axis=1, keepdims=True) + added.sum(axis=1, keepdims=True)
        yield own / total, added / total
