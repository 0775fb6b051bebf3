"""How far raters agree beyond chance: Cohen's kappa for two, Krippendorff's alpha for more.

Both are 1 for full agreement and 0 for what chance would give; below 0 raters disagree systematically. Their
intervals are those of `evaluation.agreement`: where all agree on a few items, that is not certain of others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluation.agreement import agreement
from evaluation.intervals import Floats

#: How far apart two values are: `nominal` ones are equal or not, of `ordinal` ones some are nearer.
Measure = Literal["nominal", "ordinal"]

_RESAMPLES = 2_000
_FEWEST_UNITS = 2


@dataclass(frozen=True, slots=True)
class RatersAgreement:
    """`value` is None where it is not defined: nobody differs and only one value was ever given.

    `low` and `high` are a 95% interval over items, None where too few were rated by several. `equal_share`
    is the share of pairs of raters, item by item, who said the same.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    equal_share: float | None
    raters: int
    items: int


def raters_agreement(
    values: Mapping[str, Mapping[str, int]], measure: Measure, seed: int = 0
) -> RatersAgreement:
    """Agreement on the items that two or more raters rated. `values` are by rater and item, whole numbers.

    Two raters: kappa, for ordinal values with quadratic weights. More: alpha.
    """
    raters = [rater for rater, own in values.items() if own]
    rated = [item for rater in raters for item in values[rater]]
    items = [item for item in dict.fromkeys(rated) if rated.count(item) >= _FEWEST_UNITS]
    units = [[values[rater][item] for rater in raters if item in values[rater]] for item in items]
    levels = sorted({value for unit in units for value in unit})
    if measure == "ordinal" and levels:
        levels = list(range(levels[0], levels[-1] + 1))
    of_two = len(raters) == 2
    name = "Cohen's kappa" if of_two else "Krippendorff's alpha"
    if of_two and measure == "ordinal":
        name += ", quadratic weights"
    if not units:
        return RatersAgreement(name, None, None, None, None, len(raters), 0)
    pairs = [(one, other) for unit in units for at, one in enumerate(unit) for other in unit[at + 1 :]]
    equal = sum(one == other for one, other in pairs) / len(pairs)
    value, low, high = _beyond_chance(units, levels, measure, of_two=of_two, seed=seed)
    if len(units) < _FEWEST_UNITS:
        low = high = None
    return RatersAgreement(name, value, low, high, equal, len(raters), len(units))


def _beyond_chance(
    units: Sequence[Sequence[int]], levels: Sequence[int], measure: Measure, *, of_two: bool, seed: int
) -> tuple[float | None, float | None, float | None]:
    """Kappa or alpha with its interval; None where only one value was ever given."""
    if len(levels) < 2:
        return None, None, None
    if of_two:
        first, second = ([levels.index(unit[rater]) for unit in units] for rater in (0, 1))
        found = agreement(first, second, len(levels), quadratic=measure == "ordinal", seed=seed)
        return found.kappa, found.low, found.high
    tables = np.array([_coincidences(unit, levels) for unit in units])
    value = alpha_of(tables.sum(axis=0), measure)
    low, high = _alpha_interval(tables, measure, seed)
    return value, min(low, value), max(high, value)


def alpha_of(coincidences: Floats, measure: Measure = "nominal") -> float:
    """Krippendorff's alpha of a coincidence matrix [values, values] in which two values were given.

    1 - (n - 1) * sum(d * o) / sum(d * outer(m, m)), o the coincidences, m their sums by value, n that of all;
    d is 0 or 1 for nominal values, and for ordinal c < k the square of the values' counts from c to k, those
    of both ends halved. Krippendorff 2011, https://repository.upenn.edu/asc_papers/43.
    """
    counts = coincidences.sum(axis=1)
    distances = _ranks_apart(counts) if measure == "ordinal" else 1.0 - np.eye(len(counts))
    chance = float((distances * np.outer(counts, counts)).sum())
    return 1.0 - (float(counts.sum()) - 1.0) * float((distances * coincidences).sum()) / chance


def _coincidences(unit: Sequence[int], levels: Sequence[int]) -> Floats:
    """One item's ordered pairs of values, each rater's value weighing 1."""
    table = np.zeros((len(levels), len(levels)))
    places = [levels.index(value) for value in unit]
    for at, one in enumerate(places):
        for beside, other in enumerate(places):
            if at != beside:
                table[one, other] += 1.0 / (len(places) - 1)
    return table


def _alpha_interval(tables: Floats, measure: Measure, seed: int) -> tuple[float, float]:
    """95%, of items weighted anew, with one more whose raters agree as often as chance makes them."""
    draw = np.random.default_rng(seed)
    whole = tables.mean(axis=0)
    shares = whole.sum(axis=1) / whole.sum()
    by_chance = whole.sum() * np.outer(shares, shares)
    weights = draw.standard_exponential((_RESAMPLES, len(tables)))
    added = draw.standard_exponential(_RESAMPLES)
    drawn = np.tensordot(weights, tables, axes=1) + added[:, None, None] * by_chance
    drawn *= tables.sum() / drawn.sum(axis=(1, 2), keepdims=True)  # alpha knows how many values there are
    low, high = np.quantile([alpha_of(table, measure) for table in drawn], [0.025, 0.975])
    return float(low), float(high)


def _ranks_apart(counts: Floats) -> Floats:
    middles = np.cumsum(counts) - counts / 2
    squares: Floats = (middles[:, None] - middles[None, :]) ** 2
    return squares
