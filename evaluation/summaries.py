"""Rows become means with their intervals: over a run, and over the questions that share a label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from evaluation.intervals import bootstrap_intervals
from evaluation.types import Metric, Row, Run
from evaluation.verdicts import Estimate, Slice, Summary

#: Below so many questions a slice's figures are noise, whatever they say.
FEWEST_IN_SLICE = 30
#: A label with more values than this tells questions apart rather than groups them.
_MOST_VALUES = 25


def summarise(rows: Sequence[Row], metrics: Sequence[Metric], seed: int = 0) -> tuple[Summary, ...]:
    """The mean of each metric over the questions that it is defined for; metrics without any are left out."""
    return tuple(
        Summary(metric, estimate(values, metric, seed))
        for metric in metrics
        if (values := [row.scores[metric.name] for row in rows if metric.name in row.scores])
    )


def estimate(values: ArrayLike, metric: Metric, seed: int = 0) -> Estimate:
    """The mean of at least one value, with its 95% interval."""
    array = np.asarray(values, dtype=np.float64)
    low, high = bootstrap_intervals(array, lowest=metric.lowest, highest=metric.highest, seed=seed)
    return Estimate(float(array.mean()), float(low), float(high), len(array))


def slices(run: Run, seed: int = 0) -> tuple[Slice, ...]:
    """Each label's values, the most frequent first, with the metrics over their questions."""
    found = []
    for label in labels(run.rows):
        for value, rows in by_value(run.rows, label):
            found.append(
                Slice(
                    label=label,
                    value=value,
                    count=len(rows),
                    summaries=summarise(rows, run.manifest.metrics, seed),
                    too_small=len(rows) < FEWEST_IN_SLICE,
                )
            )
    return tuple(found)


def labels(rows: Sequence[Row]) -> tuple[str, ...]:
    """What the questions can be sliced by: two values at least, and not one for nearly each question.

    `document` is among them where the questions say which document they are about.
    """
    names = dict.fromkeys(name for row in rows for name, _ in _labels(row))
    return tuple(name for name in names if 2 <= len(by_value(rows, name)) <= _MOST_VALUES)


def by_value(rows: Sequence[Row], label: str) -> list[tuple[str, tuple[Row, ...]]]:
    """The rows that have the label, by its value."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        value = dict(_labels(row)).get(label)
        if value is not None:
            found.setdefault(value, []).append(row)
    return sorted(((value, tuple(own)) for value, own in found.items()), key=lambda item: -len(item[1]))


def _labels(row: Row) -> tuple[tuple[str, str], ...]:
    question = row.question
    own = dict(question.labels)
    own.setdefault("answerable", "yes" if question.answerable else "no")
    if question.document is not None:
        own.setdefault("document", question.document.rpartition("/")[2])
    return tuple(own.items())


def warnings_of(run: Run) -> tuple[str, ...]:
    """What a reader of the run's figures should know."""
    warnings = []
    failed = sum(row.outcome.error is not None for row in run.rows)
    cached = sum(row.outcome.cached for row in run.rows)
    if len(run.rows) < FEWEST_IN_SLICE:
        warnings.append(f"Only {len(run.rows)} questions: the intervals are wide for a reason.")
    if failed:
        warnings.append(f"{failed} of {len(run.rows)} questions ended in an error; no mean includes them.")
    if cached:
        warnings.append(
            f"{cached} of {len(run.rows)} outcomes are of earlier, equal calls, and so are their times."
        )
    if not run.is_whole:
        warnings.append(f"The run is not whole: {len(run.rows)} of {run.manifest.question_count} questions.")
    return tuple(warnings)
