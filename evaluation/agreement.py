"""How far two raters agree beyond chance: Cohen's kappa, its interval, and the difference of two kappas.

kappa = 1 - sum(w_ij o_ij) / sum(w_ij e_ij), with o_ij the share of items that the first rater puts into class
i and the second into class j, e_ij the product of the two raters' shares, and w_ij what a disagreement costs:
1 for all alike (Cohen 1960, https://doi.org/10.1177/001316446002000104), or (i - j)^2 where classes have an
order ("quadratic", Cohen 1968, https://doi.org/10.1037/h0026256). It is 1 where both always agree and 0 where
they agree as often as their shares make them; it can be negative. The share of agreement is another thing: of
two raters who say "yes" to 90% of everything it is 82% by chance.

Intervals are the Bayesian bootstrap (Rubin 1981, https://doi.org/10.1214/aos/1176345338): each resample gives
the groups random weights, exponential draws. Items of one group (answers to one question, sentences about one
text) share its weight, since they are not independent of each other. Where all agree in a sample, every
resample of it does; so one more observation is added to each resample, whose raters agree as often as chance
makes them.

In simulations of 300 trials each the interval held the true kappa of two classes of 65% and 35% in 91 to 94%
at 30 items, in 93 to 98% at 70 and in 94 to 95% at 200, and of three ordered classes in 88 to 96%. Where one
class is rare it does not hold: at 10% of 70 items in 51 to 89%, at 10% of 200 in 84 to 94%.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.intervals import Floats

_LEVEL = 0.95
#: What is left of 0 where shares that add up to 1 are multiplied.
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Agreement:
    """Kappa with its 95% interval. `share` of the `items` got the same class from both raters, 0..1."""

    kappa: float
    low: float
    high: float
    share: float
    items: int


@dataclass(frozen=True, slots=True)
class Advantage:
    """By how much one judge's kappa with people is above another's, on the same items, with its 95%
    interval."""

    difference: float
    low: float
    high: float


def cohen_kappa(
    first: Sequence[int], second: Sequence[int], classes: int, *, quadratic: bool = False
) -> float:
    """Kappa of two raters' classes, 0 to `classes` - 1, item by item.

    0 where it is not defined, since one class is all that either rater gives: nothing beyond chance is shown
    then. Raises ValueError where there is no item, or a class that there is not.
    """
    table = _tables(first, second, classes).sum(axis=0)
    return float(_kappas(table[None], _costs(classes, quadratic))[0])


def agreement(
    first: Sequence[int],
    second: Sequence[int],
    classes: int,
    *,
    quadratic: bool = False,
    groups: Sequence[Hashable] | None = None,
    resamples: int = 4_000,
    seed: int = 0,
) -> Agreement:
    """Kappa with its interval. `groups` says which items belong together; without it each stands alone."""
    tables = _tables(first, second, classes)
    costs = _costs(classes, quadratic)
    resampled = _resampled([tables], _members(groups, len(tables)), classes, resamples, seed)[0]
    kappa = float(_kappas(tables.sum(axis=0)[None], costs)[0])
    low, high = _ends(_kappas(resampled, costs))
    same = sum(one == other for one, other in zip(first, second, strict=True))
    return Agreement(kappa, min(low, kappa), max(high, kappa), same / len(tables), len(tables))


def advantage(
    people: Sequence[int],
    judge: Sequence[int],
    other: Sequence[int],
    classes: int,
    *,
    quadratic: bool = False,
    groups: Sequence[Hashable] | None = None,
    resamples: int = 4_000,
    seed: int = 0,
) -> Advantage:
    """The judge's kappa with people less the other's, both under the same resamples: a paired comparison."""
    pairs = [_tables(people, judge, classes), _tables(people, other, classes)]
    costs = _costs(classes, quadratic)
    resampled = _resampled(pairs, _members(groups, len(people)), classes, resamples, seed)
    mine, theirs = (float(_kappas(tables.sum(axis=0)[None], costs)[0]) for tables in pairs)
    low, high = _ends(_kappas(resampled[0], costs) - _kappas(resampled[1], costs))
    difference = mine - theirs
    return Advantage(difference, min(low, difference), max(high, difference))


def _tables(first: Sequence[int], second: Sequence[int], classes: int) -> Floats:
    """A table for each item, [items, classes, classes], 1 where the two raters put it."""
    rows, columns = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
    if not len(rows) or len(rows) != len(columns):
        raise ValueError(f"Two raters of the same items are needed; got {len(rows)} and {len(columns)}.")
    if min(rows.min(), columns.min()) < 0 or max(rows.max(), columns.max()) >= classes:
        raise ValueError(f"The classes are 0 to {classes - 1}.")
    tables = np.zeros((len(rows), classes, classes))
    tables[np.arange(len(rows)), rows, columns] = 1.0
    return tables


def _costs(classes: int, quadratic: bool) -> Floats:
    """What a disagreement costs, [classes, classes]."""
    distance = np.subtract.outer(np.arange(classes), np.arange(classes)).astype(np.float64)
    return distance**2 if quadratic else (distance != 0).astype(np.float64)


def _kappas(tables: Floats, costs: Floats) -> Floats:
    """Of each table of counts or shares, [tables, classes, classes]."""
    shares = tables / tables.sum(axis=(1, 2), keepdims=True)
    by_chance = (_chance(shares) * costs).sum(axis=(1, 2))
    seen = (shares * costs).sum(axis=(1, 2))
    defined = by_chance > _NOTHING
    return np.where(defined, 1.0 - seen / np.where(defined, by_chance, 1.0), 0.0)


def _chance(shares: Floats) -> Floats:
    """What the raters' own shares make of it if they know nothing of each other."""
    by_chance: Floats = shares.sum(axis=2)[:, :, None] * shares.sum(axis=1)[:, None, :]
    return by_chance


def _members(groups: Sequence[Hashable] | None, items: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The number of each item's group, [items]."""
    if groups is None:
        return np.arange(items)
    if len(groups) != items:
        raise ValueError(f"Each of the {items} items needs its group; got {len(groups)}.")
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.int64)


def _resampled(
    pairs: Sequence[Floats],
    members: np.ndarray[tuple[int], np.dtype[np.int64]],
    classes: int,
    resamples: int,
    seed: int,
) -> list[Floats]:
    """For each pair of raters the resamples' tables [resamples, classes, classes], of the same weights."""
    chance = np.random.default_rng(seed)
    count = int(members.max()) + 1
    weights = chance.standard_exponential((resamples, count))
    added = chance.standard_exponential((resamples, 1))
    found = []
    for tables in pairs:
        flat = tables.reshape(len(tables), -1)
        cells = np.zeros((count, classes * classes))
        np.add.at(cells, members, flat)
        whole = flat.mean(axis=0).reshape(1, classes, classes)
        found.append((weights @ cells + added @ _chance(whole).reshape(1, -1)).reshape(-1, classes, classes))
    return found


def _ends(values: Floats) -> tuple[float, float]:
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
