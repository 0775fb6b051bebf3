"""How large a difference is, and how many questions would show one."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: How sure it is that the variance of all questions lies below the one that is planned with.
_ASSURANCE = 0.8
#: Below this share of the largest difference, a standard deviation is what rounding leaves of equal values.
_ROUNDING = 1e-9


def effect_size(differences: ArrayLike) -> float | None:
    """Mean difference over the standard deviation of the differences (n - 1), Cohen's d for pairs; no unit.

    None where it is not defined: for fewer than two differences, or for equal ones. Not Cohen's d of two
    groups, which divides by the deviation of the scores (Lakens 2013, https://doi.org/10.3389/fpsyg.2013.00863).
    """
    array = np.asarray(differences, dtype=np.float64)
    if len(array) < 2:
        return None
    deviation = float(array.std(ddof=1))
    if deviation <= _ROUNDING * float(np.abs(array).max()):
        return None
    return float(array.mean()) / deviation


def questions_needed(
    differences: ArrayLike,
    sought_difference: float,
    *,
    span: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> int:
    """How many questions show a mean difference of `sought_difference` in a paired two-sided test.

    N = (z(1 - alpha / 2) + z(power))^2 * v / d^2 + z(1 - alpha / 2)^2 / 2, d the sought difference and v the
    variance to be expected of the differences; at least as many as can be significant by their signs alone.

    v is larger than the variance s^2 of the pilot `differences` [questions], for two reasons. The pilot may
    have had luck, and planning with s^2 itself falls short of the power (Browne 1995,
    https://doi.org/10.1002/sim.4780141709): it is replaced by an upper 80% limit,
    s^2 + z(.8) * sqrt((m4 - s^4) / n), m4 the fourth central moment, for differences are not normal.
    And the difference that is sought brings variance of its own: d * span - d^2 if it comes, at its worst, as
    whole scores lost on a few questions. `span` is the metric's highest less its lowest value; None takes the
    largest difference seen.

    Where all differences are equal, as many as 3 of n questions may still differ by `span`: the rule of three
    (Hanley and Lippman-Hand 1983, https://doi.org/10.1001/jama.1983.03330370053031).
    """
    if not sought_difference > 0:
        raise ValueError(f"A sought difference is above 0; got {sought_difference}.")
    limit, reach = _variance_limit(differences, span)
    variance = limit + max(sought_difference * reach - sought_difference**2, 0.0)
    needed = _both(alpha, power) ** 2 * variance / sought_difference**2 + _correction(alpha)
    return max(math.ceil(needed), math.ceil(math.log2(2 / alpha)))


def _variance_limit(differences: ArrayLike, span: float | None) -> tuple[float, float]:
    """The upper limit of the differences' variance, and how large a difference may be."""
    array: NDArray[np.float64] = np.asarray(differences, dtype=np.float64)
    if not len(array):
        raise ValueError("The differences of a pilot are needed; there are none.")
    largest = float(np.abs(array).max())
    reach = largest if span is None else span
    centred = array - array.mean()
    if float(np.abs(centred).max()) <= _ROUNDING * largest:
        return min(3 / len(array), 1.0) * reach**2, reach
    variance = float((centred**2).sum()) / (len(array) - 1)
    fourth = float((centred**4).mean())
    error = math.sqrt(max(fourth - variance**2, 0.0) / len(array))
    return variance + NormalDist().inv_cdf(_ASSURANCE) * error, reach


def _both(alpha: float, power: float) -> float:
    return NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(power)


def _correction(alpha: float) -> float:
    """What the test costs for not knowing the variance (Guenther, American Statistician 35, 1981, 243)."""
    return NormalDist().inv_cdf(1 - alpha / 2) ** 2 / 2
