"""Rows become means with their intervals: over a run, and over the questions that share a label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import ArrayLike

from evaluation.intervals import bootstrap_intervals
from evaluation.provenance import NOT_HELD
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
        parts = by_value(run.rows, label)
        shown = shown_values(label, [value for value, _ in parts])
        for value, rows in parts:
            found.append(
                Slice(
                    label=label,
                    value=shown[value],
                    count=len(rows),
                    summaries=summarise(rows, run.manifest.metrics, seed),
                    too_small=len(rows) < FEWEST_IN_SLICE,
                )
            )
    return tuple(found)


def labels(rows: Sequence[Row]) -> tuple[str, ...]:
    """What the questions can be sliced by: two values at least, and not one for nearly each question.

    `document` and `file kind` are among them where the questions say which document they are about.
    """
    names = dict.fromkeys(name for row in rows for name, _ in _labels(row))
    return tuple(name for name in names if 2 <= len(by_value(rows, name)) <= _MOST_VALUES)


def shown_values(label: str, values: Sequence[str]) -> dict[str, str]:
    """What each value is called: for documents the file's name, the whole path where two share it."""
    if label != "document":
        return {value: value for value in values}
    names = Counter(value.rpartition("/")[2] for value in values)
    return {value: name if names[name := value.rpartition("/")[2]] == 1 else value for value in values}


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
        own.setdefault("document", question.document)
        if (kind := PurePosixPath(question.document.replace("\\", "/")).suffix.lower()) and kind != ".":
            own.setdefault("file kind", kind.removeprefix("."))
    return tuple(own.items())


def warnings_of(run: Run) -> tuple[str, ...]:
    """What a reader of the run's figures should know."""
    warnings = []
    failed = sum(row.outcome.error is not None for row in run.rows)
    searches = sum(row.outcome.search_cached for row in run.rows)
    replies = sum(row.outcome.reply_cached for row in run.rows)
    if len(run.rows) < FEWEST_IN_SLICE:
        warnings.append(f"Only {len(run.rows)} questions: the intervals are wide for a reason.")
    if failed:
        warnings.append(f"{failed} of {len(run.rows)} questions ended in an error; no mean includes them.")
    for count, kind in ((searches, "searches"), (replies, "answers")):
        if count:
            warnings.append(f"{count} {kind} are of earlier, equal calls, and so are their times.")
    if missing := run.manifest.surroundings.get(NOT_HELD):
        warnings.append(
            f"Not held, or held several times under that name: {missing}. They count as not found."
        )
    for name, text in run.manifest.facts.items():
        if name.startswith("calibrated ") and run.manifest.question_set_sha256 in text:
            warnings.append(f"The collection was {name} on these very questions, which flatters it here.")
    defined = {name for row in run.rows for name in row.scores}
    for metric in run.manifest.metrics:
        if metric.caution and metric.name in defined:
            warnings.append(f"{metric.name}: {metric.caution}.")
        elif metric.caution and not metric.name.endswith("_verdict"):
            warnings.append(
                f"{metric.name}: nothing was judged. No answer could be by this rubric, or no reply could be "
                "read."
            )
    if not any(question.gold for question in (row.question for row in run.rows)):
        warnings.append("No question has gold documents or pages: the search cannot be scored.")
    if not run.is_whole:
        warnings.append(f"The run is not whole: {len(run.rows)} of {run.manifest.question_count} questions.")
    return tuple(warnings)
