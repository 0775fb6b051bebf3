"""The nouns of a verdict: means with intervals, what changed between runs, and what settings buy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evaluation.types import Metric, Run


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `count` questions, with the interval that holds the true one 95 times in 100."""

    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A metric over a run, or over a slice of it."""

    metric: Metric
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Slice:
    """The questions that share a label's value. `too_small`: too few to lean on."""

    label: str
    value: str
    count: int
    summaries: tuple[Summary, ...]
    too_small: bool


ChangeVerdict = Literal["better", "worse", "no difference shown"]


@dataclass(frozen=True, slots=True)
class Change:
    """One metric in two runs, over the questions for which both have it.

    `difference` is the second run's mean less the first's. `p_value` is of the paired randomisation test,
    `adjusted_p` corrected for the number of metrics. `effect_size` is the mean difference over the
    differences' standard deviation (Cohen's d for pairs), None where all are equal. `better`, `equal` and
    `worse` count questions. `questions_needed` would show a difference as large as `sought_difference`.
    """

    metric: Metric
    first: Estimate
    second: Estimate
    difference: Estimate
    p_value: float
    adjusted_p: float
    effect_size: float | None
    better: int
    equal: int
    worse: int
    sought_difference: float
    questions_needed: int
    verdict: ChangeVerdict


@dataclass(frozen=True, slots=True)
class SliceChange:
    """How one metric changed over the questions that share a label's value."""

    label: str
    value: str
    metric: Metric
    difference: Estimate
    too_small: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs on the same questions. `unpaired` are ids that only one of them answered."""

    first: Run
    second: Run
    changes: tuple[Change, ...]
    slices: tuple[SliceChange, ...]
    unpaired: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """One setting of a sweep: what was varied, and the run that came of it."""

    values: Mapping[str, str]
    run: Run
    summaries: tuple[Summary, ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """All variants of a sweep, the first of which the others are compared with.

    `changes` belong to the variants but the first, in order; their p-values are corrected for all of them.
    """

    name: str
    variants: tuple[Variant, ...]
    changes: tuple[tuple[Change, ...], ...] = ()
    warnings: tuple[str, ...] = ()
