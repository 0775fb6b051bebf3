"""Whether two systems differ by more than chance: paired tests, corrected for how many were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Smaller differences are what floating-point sums leave of equal scores.
NOISE = 1e-12
_BLOCK = 1_000


@dataclass(frozen=True, slots=True)
class Tally:
    """How many questions went better, equally well and worse."""

    better: int
    equal: int
    worse: int


def tally(differences: ArrayLike, *, higher_is_better: bool = True) -> Tally:
    """Counts of the signs of the differences [questions], second less first system."""
    array = np.asarray(differences, dtype=np.float64)
    above, below = int((array > NOISE).sum()), int((array < -NOISE).sum())
    equal = array.size - above - below
    return Tally(above, equal, below) if higher_is_better else Tally(below, equal, above)


def randomisation_p_values(differences: ArrayLike, *, resamples: int = 10_000, seed: int = 0) -> Floats:
    """The two-sided p-value, 0..1, of the paired randomisation test of each column; shape [] or [metrics].

    `differences` are [questions] or [questions, metrics]. If two systems are equal, each difference could as
    well have had the other sign (Fisher 1935; Pitman 1937, https://doi.org/10.2307/2984124). p is the share
    of all sign flips whose sum is as far from 0 as the one seen. With few differences that are not 0, m of
    them, all 2^m flips are gone through; else b of `resamples` random ones are as far, and
    p = (b + 1) / (resamples + 1) (Phipson and Smyth 2010, https://doi.org/10.2202/1544-6115.1585), which is
    never 0. All columns see the same flips. Without any difference p is 1.
    """
    array = np.asarray(differences, dtype=np.float64)
    if array.ndim not in (1, 2) or not np.isfinite(array).all():
        raise ValueError("Expected finite differences, [questions] or [questions, metrics].")
    columns = array.reshape(len(array), -1 if array.size else int(np.prod(array.shape[1:])))
    columns = np.where(np.abs(columns) > NOISE, columns, 0.0)
    few = np.count_nonzero(columns, axis=0) <= np.log2(resamples)
    p_values = np.ones(columns.shape[1])
    for column in np.flatnonzero(few):
        own = columns[:, column]
        p_values[column] = _exact(own[own != 0])
    p_values[~few] = _sampled(columns[:, ~few], resamples, seed)
    return p_values.reshape(array.shape[1:])


def gap_p_value(groups: Sequence[ArrayLike], *, resamples: int = 10_000, seed: int = 0) -> float:
    """The p-value, 0..1, of the largest difference between two groups' means; a permutation test.

    `groups` are each group's values [questions], of two groups or more. If groups were alike, each value
    could as well have been in another one: p is the share of random regroupings, of the same sizes, whose
    largest gap between any two groups is as large, (b + 1) / (resamples + 1). That the gap was picked for
    being the largest is so accounted for. Not the paired test above: groups share no question.
    """
    arrays = [np.asarray(group, dtype=np.float64) for group in groups]
    if len(arrays) < 2 or any(array.ndim != 1 or not array.size for array in arrays):
        raise ValueError("Expected two groups or more, each with a value.")
    sizes = np.array([len(array) for array in arrays])
    values, starts = np.concatenate(arrays), np.concatenate([[0], np.cumsum(sizes)[:-1]])
    seen = _largest_gap(values[None, :], starts, sizes)[0]
    rounding = 1e-9 * np.abs(values).max()
    chance = np.random.default_rng(seed)
    as_large = 0
    for start in range(0, resamples, _BLOCK):
        size = min(_BLOCK, resamples - start)
        drawn = chance.permuted(np.broadcast_to(values, (size, len(values))), axis=1)
        as_large += int((_largest_gap(drawn, starts, sizes) >= seen - rounding).sum())
    return (as_large + 1) / (resamples + 1)


def holm(p_values: ArrayLike) -> Floats:
    """Holm's step-down correction of p-values [tests], in their order.

    The i-th smallest of m, i from 1, becomes the largest of (m - j + 1) * p(j) over j = 1..i, at most 1. What
    is then at or below alpha has at most that chance of even one false alarm, whatever the tests have in
    common. Holm 1979, https://www.jstor.org/stable/4615733.
    """
    array = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(array, kind="stable")
    scaled = np.arange(len(array), 0, -1) * array[order]
    adjusted = np.empty_like(array)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted


def _largest_gap(values: Floats, starts: NDArray[np.int_], sizes: NDArray[np.int_]) -> Floats:
    """Of each row of `values`, cut into groups, the largest mean less the smallest."""
    means = np.add.reduceat(values, starts, axis=1) / sizes
    gaps: Floats = means.max(axis=1) - means.min(axis=1)
    return gaps


def _exact(differences: Floats) -> float:
    sums = np.zeros(1)
    for difference in differences:
        sums = np.concatenate([sums + difference, sums - difference])
    return float(np.mean(_as_far(sums, differences)))


def _sampled(columns: Floats, resamples: int, seed: int) -> Floats:
    chance = np.random.default_rng(seed)
    as_far = np.zeros(columns.shape[1])
    for start in range(0, resamples if columns.size else 0, _BLOCK):
        size = min(_BLOCK, resamples - start)
        flips = chance.integers(0, 2, size=(size, len(columns)), dtype=np.int8) * 2.0 - 1.0
        as_far += _as_far(flips @ columns, columns).sum(axis=0)
    return (as_far + 1) / (resamples + 1)


def _as_far(sums: Floats, differences: Floats) -> NDArray[np.bool_]:
    """Whether a flip's sum is as far from 0 as the one seen. Sums that are equal but for rounding are."""
    rounding = 1e-9 * np.abs(differences).sum(axis=0)
    as_far: NDArray[np.bool_] = np.abs(sums) >= np.abs(differences.sum(axis=0)) - rounding
    return as_far
