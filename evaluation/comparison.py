"""Two runs on the same questions: what changed, by how much, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from evaluation.errors import NotComparable
from evaluation.intervals import Floats, difference_intervals
from evaluation.provenance import IN_TURNS
from evaluation.randomisation import holm, randomisation_p_values, tally
from evaluation.sample_size import effect_size, questions_needed
from evaluation.summaries import FEWEST_IN_SLICE, by_value, estimate, labels
from evaluation.types import Metric, Row, Run
from evaluation.verdicts import Change, ChangeVerdict, Comparison, Estimate, SliceChange

ALPHA = 0.05
#: What a comparison should be able to see where nothing else is said: 3 points of a 0..1 metric, or a
#: twentieth of the first mean of one without an upper bound.
SOUGHT_DIFFERENCE, SOUGHT_SHARE = 0.03, 0.05

_Pairs = Sequence[tuple[Row, Row]]


def compare(
    first: Run,
    second: Run,
    *,
    metrics: Sequence[str] | None = None,
    sought_differences: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Comparison:
    """The second run against the first, over the questions that both asked.

    `metrics` limits what is compared, and so what the p-values are corrected for. Raises NotComparable
    where no question is common, or where an id means two different questions.
    """
    pairs, unpaired = _paired(first, second)
    names = {metric.name for metric in first.manifest.metrics}
    common = [
        metric
        for metric in second.manifest.metrics
        if metric.name in names and (metrics is None or metric.name in metrics)
    ]
    changes = _changes(pairs, common, sought_differences or {}, seed)
    return Comparison(
        first=first,
        second=second,
        changes=changes,
        slices=_slice_changes(pairs, [change.metric for change in changes], seed),
        unpaired=unpaired,
        warnings=tuple(_warnings(first, second, pairs, unpaired, common)),
    )


def corrected(tested: Sequence[Sequence[Change]]) -> tuple[tuple[Change, ...], ...]:
    """The same changes, their p-values corrected for all of them together."""
    adjusted = iter(holm([change.p_value for changes in tested for change in changes]))
    return tuple(tuple(_with_p(change, float(next(adjusted))) for change in changes) for changes in tested)


def _with_p(change: Change, adjusted_p: float) -> Change:
    verdict = _verdict(change.metric, change.difference.mean, adjusted_p)
    return replace(change, adjusted_p=adjusted_p, verdict=verdict)


def _paired(first: Run, second: Run) -> tuple[_Pairs, tuple[str, ...]]:
    rows = {row.question.id: row for row in first.rows}
    pairs = [(rows[row.question.id], row) for row in second.rows if row.question.id in rows]
    for mine, theirs in pairs:
        if mine.question.text != theirs.question.text:
            raise NotComparable(
                f"The question {mine.question.id!r} is {mine.question.text!r} in {first.manifest.name!r} and "
                f"{theirs.question.text!r} in {second.manifest.name!r}. Compare runs of one question set."
            )
    if not pairs:
        raise NotComparable(
            f"{first.manifest.name!r} and {second.manifest.name!r} have no question in common. "
            "Compare runs of one question set."
        )
    common = {mine.question.id for mine, _ in pairs}
    asked = [row.question.id for run in (first, second) for row in run.rows]
    return pairs, tuple(id for id in asked if id not in common)


def _changes(
    pairs: _Pairs, metrics: Sequence[Metric], sought: Mapping[str, float], seed: int
) -> tuple[Change, ...]:
    values = {metric.name: _values(pairs, metric.name) for metric in metrics}
    compared = [metric for metric in metrics if len(values[metric.name])]
    p_values = [
        float(randomisation_p_values(values[metric.name][:, 1] - values[metric.name][:, 0], seed=seed))
        for metric in compared
    ]
    adjusted = holm(p_values)
    return tuple(
        _change(metric, values[metric.name], p, float(corrected_p), sought.get(metric.name), seed)
        for metric, p, corrected_p in zip(compared, p_values, adjusted, strict=True)
    )


def _values(pairs: _Pairs, metric: str) -> Floats:
    """Both runs' scores, [questions, 2], where both have one."""
    found = [
        (mine.scores[metric], theirs.scores[metric])
        for mine, theirs in pairs
        if metric in mine.scores and metric in theirs.scores
    ]
    return np.asarray(found, dtype=np.float64).reshape(-1, 2)


def _change(
    metric: Metric, values: Floats, p_value: float, adjusted_p: float, sought: float | None, seed: int
) -> Change:
    differences = values[:, 1] - values[:, 0]
    first = estimate(values[:, 0], metric, seed)
    if sought is None:
        sought = SOUGHT_DIFFERENCE if metric.highest is not None else SOUGHT_SHARE * abs(first.mean) or 1.0
    counts = tally(differences, higher_is_better=metric.higher_is_better)
    difference = _difference(differences, metric, seed)
    return Change(
        metric=metric,
        first=first,
        second=estimate(values[:, 1], metric, seed),
        difference=difference,
        p_value=p_value,
        adjusted_p=adjusted_p,
        effect_size=effect_size(differences),
        better=counts.better,
        equal=counts.equal,
        worse=counts.worse,
        sought_difference=sought,
        questions_needed=questions_needed(differences, sought, span=_span(metric)),
        verdict=_verdict(metric, difference.mean, adjusted_p),
    )


def _difference(differences: Floats, metric: Metric, seed: int) -> Estimate:
    low, high = difference_intervals(differences, span=_span(metric), seed=seed)
    return Estimate(float(differences.mean()), float(low), float(high), len(differences))


def _span(metric: Metric) -> float | None:
    return None if metric.highest is None else metric.highest - metric.lowest


def _verdict(metric: Metric, difference: float, adjusted_p: float) -> ChangeVerdict:
    if adjusted_p > ALPHA or difference == 0:
        return "no difference shown"
    return "better" if (difference > 0) == metric.higher_is_better else "worse"


def _slice_changes(pairs: _Pairs, metrics: Sequence[Metric], seed: int) -> tuple[SliceChange, ...]:
    second = [theirs for _, theirs in pairs]
    of_id = {theirs.question.id: (mine, theirs) for mine, theirs in pairs}
    found = []
    for label in labels(second):
        for value, rows in by_value(second, label):
            own = [of_id[row.question.id] for row in rows]
            for metric in metrics:
                values = _values(own, metric.name)
                if len(values):
                    difference = _difference(values[:, 1] - values[:, 0], metric, seed)
                    small = len(values) < FEWEST_IN_SLICE
                    found.append(SliceChange(label, value, metric, difference, small))
    return tuple(found)


def _warnings(
    first: Run, second: Run, pairs: _Pairs, unpaired: tuple[str, ...], metrics: Sequence[Metric]
) -> list[str]:
    warnings = []
    if unpaired:
        warnings.append(f"{len(unpaired)} questions were asked in one run only and are left out.")
    if len(pairs) < FEWEST_IN_SLICE:
        warnings.append(f"Only {len(pairs)} questions: differences have to be large to be seen.")
    for run in (first, second):
        failed = sum(row.outcome.error is not None for row in run.rows)
        if failed:
            warnings.append(
                f"In {run.manifest.name!r} {failed} questions ended in an error and have no scores: left out."
            )
    together = {run.manifest.surroundings.get(IN_TURNS) for run in (first, second)}
    if (None in together or len(together) > 1) and any(metric.group == "time" for metric in metrics):
        warnings.append(
            "The runs were not made in turns: what else the machine did meanwhile is in the times too."
        )
    if any(row.outcome.cached for run in (first, second) for row in run.rows):
        warnings.append("Some outcomes are of earlier, equal calls, and so are their times.")
    return warnings
