"""Which metrics there are, which one matters first, and the table in which every mean can be checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evaluation.report.blocks import Body, Cell, Column, Table
from evaluation.report.characters import clipped, one_line
from evaluation.report.figures import NONE, figure
from evaluation.types import Metric, MetricGroup, Row

GROUP_TITLES: Mapping[MetricGroup, str] = {
    "retrieval": "Retrieval",
    "answer": "Answer",
    "grounding": "Grounding",
    "refusal": "Refusal",
    "time": "Time",
    "tokens": "Tokens",
    "energy": "Energy",
}
QUALITY_GROUPS: tuple[MetricGroup, ...] = ("retrieval", "answer", "grounding", "refusal")

_LONGEST_QUESTION = 110
_LONGEST_ID = 40
#: Printed means agree to their last digit when the numbers behind them do to this share.
_AGREEMENT = 1e-6


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """One line of the table of all questions. `target` is the id of the place that shows it in full."""

    anchor: str
    id: str
    text: str
    note: str
    scores: Mapping[str, float]
    target: str = ""


@dataclass(frozen=True, slots=True)
class StatedMean:
    """What a table above says a metric's mean is."""

    metric: Metric
    mean: float


def main_metric(metrics: Sequence[Metric]) -> Metric | None:
    """What questions are ordered by: token_f1, else nDCG at 10, else the first metric of quality."""
    quality = [metric for metric in metrics if metric.group in QUALITY_GROUPS]
    for metric in quality:
        if metric.name == "token_f1":
            return metric
    for metric in quality:
        if metric.name == "ndcg@10" or metric.name.endswith(".ndcg@10"):
            return metric
    return quality[0] if quality else None


def by_group(metrics: Sequence[Metric]) -> dict[MetricGroup, tuple[Metric, ...]]:
    """The metrics of each group that has any, in the order of the groups."""
    grouped = {group: tuple(one for one in metrics if one.group == group) for group in GROUP_TITLES}
    return {group: members for group, members in grouped.items() if members}


def in_order(metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    return tuple(metric for members in by_group(metrics).values() for metric in members)


def goodness(metric: Metric, score: float) -> float:
    """The score, or its negative where less is better: more is better."""
    return score if metric.higher_is_better else -score


def score_anchor(metrics: Sequence[Metric], metric: Metric) -> str:
    """The id of a metric's column; it holds no part of the name, which is data."""
    return f"scores-{[one.name for one in metrics].index(metric.name) + 1}"


def note_of(row: Row) -> str:
    """What one should know before reading a row's scores."""
    notes = []
    if row.outcome.error is not None:
        notes.append("error")
    if row.outcome.cached:
        notes.append("cached")
    if row.outcome.reply is not None and row.outcome.reply.refusal is not None:
        notes.append("refused")
    if not row.question.answerable:
        notes.append("unanswerable")
    return ", ".join(notes)


def score_table(
    caption: str,
    questions: Sequence[ScoredQuestion],
    metrics: Sequence[Metric],
    stated: Sequence[StatedMean],
    shown: Callable[[Metric, float], str] = figure,
) -> Table:
    """Every score of every question; below each column its mean and the number of questions it is over."""
    targets = {one.metric.name for one in stated}
    columns = [Column("Question"), Column("Text"), Column("Note")]
    for metric in metrics:
        anchor = score_anchor(metrics, metric)
        title = f"{metric.name} ({metric.unit})" if metric.unit else metric.name
        columns.append(
            Column(title, True, anchor=anchor, target=mean_anchor(anchor) if metric.name in targets else "")
        )
    rows = tuple(
        (
            Cell(clipped(one_line(one.id), _LONGEST_ID), anchor=one.anchor, target=one.target),
            Cell(clipped(one_line(one.text), _LONGEST_QUESTION)),
            Cell(one.note, "muted"),
            *(
                Cell(shown(metric, one.scores[metric.name]) if metric.name in one.scores else NONE)
                for metric in metrics
            ),
        )
        for one in questions
    )
    means = [column_mean(questions, metric) for metric in metrics]
    foot = (
        (
            Cell("Mean"),
            Cell(""),
            Cell(""),
            *(
                Cell(NONE if mean is None else shown(metric, mean))
                for metric, mean in zip(metrics, means, strict=True)
            ),
        ),
        (
            Cell("Questions"),
            Cell(""),
            Cell(""),
            *(Cell(f"{sum(metric.name in one.scores for one in questions):,}") for metric in metrics),
        ),
    )
    return Table(caption, tuple(columns), (Body(rows),), foot, tall=True)


def mean_anchor(score_column: str) -> str:
    """The id of a metric's line in the table of means."""
    return f"mean-of-{score_column}"


def column_mean(questions: Sequence[ScoredQuestion], metric: Metric) -> float | None:
    values = [one.scores[metric.name] for one in questions if metric.name in one.scores]
    return math.fsum(values) / len(values) if values else None


def disagreements(questions: Sequence[ScoredQuestion], stated: Sequence[StatedMean]) -> tuple[str, ...]:
    """Warnings for means that are not those of the rows: such a report must not be believed."""
    found = []
    for one in stated:
        mean = column_mean(questions, one.metric)
        if mean is None or not math.isclose(mean, one.mean, rel_tol=_AGREEMENT, abs_tol=_AGREEMENT):
            rows = "not defined" if mean is None else figure(one.metric, mean)
            found.append(
                f"The mean of {one.metric.name} is given as {figure(one.metric, one.mean)}, but over the "
                f"questions below it is {rows}. One of the two is wrong."
            )
    return tuple(found)
