"""Whether a system does worse by some questions than by others: the largest gap of each label."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluation.main_metrics import main_metrics
from evaluation.randomisation import Floats, gap_p_value, holm
from evaluation.summaries import FEWEST_IN_SLICE, by_value, estimate, labels, shown_values
from evaluation.types import Metric, Run
from evaluation.verdicts import Estimate

ALPHA = 0.05
#: Fewer than this have no mean worth naming, whatever is said beside it.
_FEWEST = 5
#: Whether a question has an answer decides what scores it has; that these differ is no finding.
_NO_GAP = frozenset({"answerable"})
_COSTS = frozenset({"time", "tokens", "energy"})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two slices that lie farthest apart."""

    value: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Gap:
    """The largest difference of a metric's means between two slices of a label.

    `size` is the better side's mean less the worse one's, above 0 also where less is better, and its interval
    that of the two sides taken as they are. `p_value` is how often chance alone would give any two of the
    label's slices a gap as large; `adjusted_p` is corrected for all gaps of the run. `small` are the slices
    that were left out for being small or, where `from_small`, could not be.
    """

    label: str
    metric: Metric
    better: Side
    worse: Side
    size: float
    low: float
    high: float
    p_value: float
    adjusted_p: float
    slices: int
    small: tuple[str, ...]
    from_small: bool

    @property
    def beyond_chance(self) -> bool:
        return self.adjusted_p <= ALPHA


def largest_gaps(run: Run, metrics: Sequence[Metric], seed: int = 0) -> tuple[Gap, ...]:
    """The largest gap of each of these metrics by each label, over slices of 30 questions and more.

    Where a label has fewer than two of those, smaller ones are taken, and the gap says so; below 5 questions
    none is. Whether a question is answerable is no label here.
    """
    found = []
    for label in labels(run.rows):
        if label in _NO_GAP:
            continue
        parts = by_value(run.rows, label)
        shown = shown_values(label, [value for value, _ in parts])
        for metric in metrics:
            values = {
                shown[value]: np.array([r.scores[metric.name] for r in rows if metric.name in r.scores])
                for value, rows in parts
            }
            gap = _gap(label, metric, values, seed)
            if gap is not None:
                found.append(gap)
    adjusted = holm([gap.p_value for gap in found]).tolist() if found else []
    return tuple(replace(gap, adjusted_p=p) for gap, p in zip(found, adjusted, strict=True))


def quality_metrics(run: Run) -> tuple[Metric, ...]:
    """The run's main metrics but for those of cost: the ones whose gaps are looked for."""
    names = main_metrics(run)
    return tuple(one for one in run.manifest.metrics if one.name in names and one.group not in _COSTS)


def _gap(label: str, metric: Metric, values: Mapping[str, Floats], seed: int) -> Gap | None:
    """The gap, its p not corrected yet; None where there are no two slices to compare."""
    large = [value for value, scores in values.items() if len(scores) >= FEWEST_IN_SLICE]
    from_small = len(large) < 2
    taken = [value for value, scores in values.items() if len(scores) >= _FEWEST] if from_small else large
    few = _FEWEST if from_small else 1
    small = tuple(value for value, scores in values.items() if few <= len(scores) < FEWEST_IN_SLICE)
    if len(taken) < 2:
        return None
    sides = [Side(value, estimate(values[value], metric, seed)) for value in taken]
    low, high = min(sides, key=lambda one: one.estimate.mean), max(sides, key=lambda one: one.estimate.mean)
    better, worse = (high, low) if metric.higher_is_better else (low, high)
    size, lowest, highest = _span(high, low)
    p_value = gap_p_value([values[value] for value in taken], seed=seed)
    return Gap(
        label=label,
        metric=metric,
        better=better,
        worse=worse,
        size=size,
        low=lowest,
        high=highest,
        p_value=p_value,
        adjusted_p=p_value,
        slices=len(taken),
        small=small,
        from_small=from_small,
    )


def _span(high: Side, low: Side) -> tuple[float, float, float]:
    """The gap with the interval that follows from those of its two sides.

    Zou and Donner 2008, https://doi.org/10.1002/sim.3095: the distances to the ends add as squares.
    """
    one, other = high.estimate, low.estimate
    size = one.mean - other.mean
    down = math.hypot(one.mean - one.low, other.high - other.mean)
    up = math.hypot(one.high - one.mean, other.mean - other.low)
    return size, size - down, size + up
