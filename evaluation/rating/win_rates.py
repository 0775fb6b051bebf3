"""Who won, how often, and whether that is more than chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from evaluation.intervals import bootstrap_intervals
from evaluation.randomisation import randomisation_p_values
from evaluation.rating.ratings_file import Choice, Rating
from evaluation.verdicts import Estimate

_WORTH: dict[Choice, float] = {"first": 0.0, "tie": 0.5, "second": 1.0}


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`, with Wilson's 95% interval. `share` is None of none."""

    count: int
    total: int
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class WinCount:
    """How one rater, or all of them (`rater` None), chose between the two runs.

    `decided` is the share of the second run's wins among the choices that are no ties.
    """

    rater: str | None
    first_wins: int
    ties: int
    second_wins: int
    decided: Share


@dataclass(frozen=True, slots=True)
class Preference:
    """How often the second run wins, over items: a tie counts half, an item the mean of its raters.

    `p_value` is how often chance alone would carry it as far from one half. `left` is the share of the
    decided choices that went to the answer on the left: far from one half, where it stood has mattered.
    """

    rate: Estimate
    p_value: float
    left: Share
    counts: tuple[WinCount, ...]
    """Of all raters together, then of each."""


def preference(ratings: Sequence[Rating], seed: int = 0) -> Preference | None:
    """What the choices show; None where there are none."""
    chosen = [rating for rating in ratings if rating.choice is not None]
    if not chosen:
        return None
    by_item: dict[str, list[float]] = {}
    for rating in chosen:
        by_item.setdefault(rating.item, []).append(_WORTH[rating.choice or "tie"])
    means = np.array([math.fsum(own) / len(own) for own in by_item.values()])
    low, high = bootstrap_intervals(means, lowest=0.0, highest=1.0, seed=seed)
    left_wins = sum(_winner(rating) == rating.left for rating in chosen if rating.choice != "tie")
    decided = sum(rating.choice != "tie" for rating in chosen)
    raters = dict.fromkeys(rating.rater for rating in chosen)
    return Preference(
        rate=Estimate(float(means.mean()), float(low), float(high), len(means)),
        p_value=float(randomisation_p_values(means - 0.5, seed=seed)),
        left=wilson(left_wins, decided),
        counts=(
            _count(None, chosen),
            *(_count(rater, [rating for rating in chosen if rating.rater == rater]) for rater in raters),
        ),
    )


def wilson(count: int, total: int, level: float = 0.95) -> Share:
    """The share with Wilson's score interval (1927, https://doi.org/10.1080/01621459.1927.10502953).

    (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n); of none it is 0 to 1.
    """
    if not total:
        return Share(0, 0, None, 0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = count / total
    middle = share + z * z / (2 * total)
    reach = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return Share(count, total, share, max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale))


def _count(rater: str | None, chosen: Sequence[Rating]) -> WinCount:
    first, ties, second = (
        sum(rating.choice == kind for rating in chosen) for kind in ("first", "tie", "second")
    )
    return WinCount(rater, first, ties, second, wilson(second, first + second))


def _winner(rating: Rating) -> int:
    return 1 if rating.choice == "second" else 0
