"""How far raters agree beyond chance: Cohen's kappa for two, Krippendorff's alpha for more.

Both are 1 for full agreement and 0 for what chance would give; below 0 raters disagree systematically.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
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

    Two raters: kappa, for ordinal values with quadratic weights. More: alpha. The interval is of 2,000
    bootstrap resamples of the items (percentiles).
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
    tables = np.array([_table(unit, levels, ordered=of_two) for unit in units])
    statistic: Callable[[Floats], float | None] = (
        (lambda table: kappa_of(table, measure)) if of_two else (lambda table: alpha_of(table, measure))
    )
    low, high = _interval(tables, statistic, seed)
    pairs = [(one, other) for unit in units for at, one in enumerate(unit) for other in unit[at + 1 :]]
    equal = sum(one == other for one, other in pairs) / len(pairs)
    return RatersAgreement(name, statistic(tables.sum(axis=0)), low, high, equal, len(raters), len(units))


def kappa_of(table: Floats, measure: Measure = "nominal") -> float | None:
    """Cohen's kappa of counts [first rater's values, second rater's values]; None where chance is all.

    1 - sum(w * o) / sum(w * e), o the counts, e those expected of the two raters' own shares, w 0 on the
    diagonal and beside it 1 (Cohen 1960, https://doi.org/10.1177/001316446002000104) or, for ordinal values,
    the squared distance (Cohen 1968, https://doi.org/10.1037/h0026256).
    """
    weights = _squares(len(table)) if measure == "ordinal" else 1.0 - np.eye(len(table))
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    chance = float((weights * expected).sum())
    return None if chance <= 0 else 1.0 - float((weights * table).sum()) / chance


def alpha_of(coincidences: Floats, measure: Measure = "nominal") -> float | None:
    """Krippendorff's alpha of a coincidence matrix [values, values]; None where only one value was given.

    1 - (n - 1) * sum(d * o) / sum(d * outer(m, m)), o the coincidences, m their sums by value, n that of all;
    d is 0 or 1 for nominal values, and for ordinal c < k the square of the values' counts from c to k, those
    of both ends halved. Krippendorff 2011, https://repository.upenn.edu/asc_papers/43.
    """
    counts = coincidences.sum(axis=1)
    distances = _ranks_apart(counts) if measure == "ordinal" else 1.0 - np.eye(len(counts))
    chance = float((distances * np.outer(counts, counts)).sum())
    if chance <= 0:
        return None
    return 1.0 - (float(counts.sum()) - 1.0) * float((distances * coincidences).sum()) / chance


def _table(unit: Sequence[int], levels: Sequence[int], *, ordered: bool) -> Floats:
    """One item's counts: of two raters in order, else all ordered pairs, each rater's value weighing 1."""
    table = np.zeros((len(levels), len(levels)))
    places = [levels.index(value) for value in unit]
    if ordered:
        table[places[0], places[1]] = 1.0
        return table
    for at, one in enumerate(places):
        for beside, other in enumerate(places):
            if at != beside:
                table[one, other] += 1.0 / (len(places) - 1)
    return table


def _interval(
    tables: Floats, statistic: Callable[[Floats], float | None], seed: int
) -> tuple[float | None, float | None]:
    if len(tables) < _FEWEST_UNITS:
        return None, None
    chance = np.random.default_rng(seed)
    counts = chance.multinomial(len(tables), [1 / len(tables)] * len(tables), size=_RESAMPLES)
    drawn = np.tensordot(counts.astype(np.float64), tables, axes=1)
    found = [value for table in drawn if (value := statistic(table)) is not None]
    if not found:
        return None, None
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _squares(count: int) -> Floats:
    places = np.arange(count, dtype=np.float64)
    return (places[:, None] - places[None, :]) ** 2


def _ranks_apart(counts: Floats) -> Floats:
    middles = np.cumsum(counts) - counts / 2
    squares: Floats = (middles[:, None] - middles[None, :]) ** 2
    return squares
