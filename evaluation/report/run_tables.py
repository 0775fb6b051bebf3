"""A run's figures in tables: its metrics, times, slices and refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.report.blocks import Block, Body, Cell, Column, Fold, Paragraph, Table
from evaluation.report.figures import NONE, better_when, count_of, figure, interval, significant
from evaluation.report.scores import (
    GROUP_TITLES,
    QUALITY_GROUPS,
    by_group,
    in_order,
    mean_anchor,
    score_anchor,
)
from evaluation.summaries import FEWEST_IN_SLICE
from evaluation.types import Metric, Row
from evaluation.verdicts import Slice, Summary

INTERVAL_IN_WORDS = (
    "The 95% interval shows how far chance can carry a mean: of the intervals of 100 sets of such questions, "
    "about 95 hold the true mean."
)
_MOST_SLICE_METRICS = 4


def metric_table(summaries: Sequence[Summary], metrics: Sequence[Metric]) -> Table:
    """All means by group. Each leads to its column among all questions, whose order `metrics` is."""
    by_name = {one.metric.name: one for one in summaries}
    columns = (
        Column("Metric"),
        Column("What it is"),
        Column("Mean", True),
        Column("95% interval", True),
        Column("Questions", True),
        Column("Better when", short=True),
    )
    bodies = tuple(
        Body(tuple(_metric_row(by_name[metric.name], metrics) for metric in members), GROUP_TITLES[group])
        for group, members in by_group([one.metric for one in summaries]).items()
    )
    return Table("Mean of each metric over the questions it is defined for", columns, bodies)


def _metric_row(summary: Summary, metrics: Sequence[Metric]) -> tuple[Cell, ...]:
    metric, estimate = summary.metric, summary.estimate
    anchor = score_anchor(metrics, metric)
    title = f"{metric.title} ({metric.unit})" if metric.unit else metric.title
    if metric.caution:
        title = f"{title}; {metric.caution}"
    return (
        Cell(metric.name, anchor=mean_anchor(anchor), target=anchor),
        Cell(title),
        Cell(figure(metric, estimate.mean)),
        Cell(interval(metric, estimate)),
        Cell(f"{estimate.count:,}"),
        Cell(better_when(metric)),
    )


def times_table(times: Mapping[str, Sequence[float]]) -> Table:
    """The middle, the slow end and the slowest of each kind of time, by nearest rank."""
    rows = tuple(
        (
            Cell(kind),
            Cell(f"{len(seconds):,}"),
            *(Cell(significant(_percentile(seconds, percent))) for percent in (50, 90, 95, 100)),
        )
        for kind, seconds in times.items()
    )
    columns = (
        Column("Seconds"),
        *(Column(name, True) for name in ("Questions", "Median", "90%", "95%", "Longest")),
    )
    return Table(
        "Half, 90 and 95 percent of the questions took no longer than this (seconds)", columns, (Body(rows),)
    )


def slice_blocks(slices: Sequence[Slice], main: Metric | None) -> tuple[Block, ...]:
    """A table for each label with its chief metrics; all metrics of all slices are folded away."""
    if not slices:
        return (Paragraph("The questions carry no labels to slice them by."),)
    blocks: list[Block] = []
    if small := [one for one in slices if one.too_small]:
        named = ", ".join(f"{one.label} {one.value} ({one.count})" for one in small[:8])
        rest = f" and {len(small) - 8} more" if len(small) > 8 else ""
        blocks.append(Paragraph(f"Too few questions to lean on: {named}{rest}.", "warning"))
    for label in dict.fromkeys(one.label for one in slices):
        members = [one for one in slices if one.label == label]
        blocks.append(_slice_table(label, members, _chief_metrics(members, main)))
    metrics = in_order(list({one.metric.name: one.metric for s in slices for one in s.summaries}.values()))
    if len(metrics) > _MOST_SLICE_METRICS:
        tables = tuple(
            _slice_table(label, [one for one in slices if one.label == label], metrics)
            for label in dict.fromkeys(one.label for one in slices)
        )
        blocks.append(Fold(f"All {len(metrics)} metrics of all slices", tables))
    return tuple(blocks)


def _slice_table(label: str, slices: Sequence[Slice], metrics: Sequence[Metric]) -> Table:
    columns = (
        Column(label),
        Column("Questions", True),
        Column("Note", short=True),
        *(Column(f"{one.name} ({one.unit})" if one.unit else one.name, True) for one in metrics),
    )
    rows = tuple(
        (
            Cell(one.value),
            Cell(f"{one.count:,}"),
            Cell("⚠ too few questions", "warning") if one.too_small else Cell(""),
            *(_slice_cell(one, metric) for metric in metrics),
        )
        for one in slices
    )
    return Table(f"Mean and 95% interval by {label}", columns, (Body(rows),))


def _slice_cell(one: Slice, metric: Metric) -> Cell:
    for summary in one.summaries:
        if summary.metric.name == metric.name:
            mean = figure(metric, summary.estimate.mean)
            too_few = summary.estimate.count < FEWEST_IN_SLICE
            words = f"{mean} ({interval(metric, summary.estimate)})"
            return Cell(
                f"{words}, of {summary.estimate.count} only" if too_few else words,
                "muted" if too_few else "plain",
            )
    return Cell(NONE, "muted")


def _chief_metrics(slices: Sequence[Slice], main: Metric | None) -> tuple[Metric, ...]:
    """The main metric, then the first of each group, then more of them in order."""
    known = {summary.metric.name: summary.metric for one in slices for summary in one.summaries}
    grouped = by_group(list(known.values()))
    chosen = [main] if main is not None and main.name in known else []
    chosen += [members[0] for group, members in grouped.items() if group in (*QUALITY_GROUPS, "time")]
    chosen += in_order(list(known.values()))
    return tuple({metric.name: metric for metric in chosen}.values())[:_MOST_SLICE_METRICS]


def refusal_blocks(rows: Sequence[Row]) -> tuple[Block, ...]:
    """Answerable or not, by refused or answered, as the rows' scores say; empty where they say nothing."""
    lines = []
    for score, title, right in (
        ("false_refusal", "Answerable", "answered"),
        ("true_refusal", "Unanswerable", "refused"),
    ):
        values = [row.scores[score] for row in rows if score in row.scores]
        if values:
            refused = sum(value > 0.5 for value in values)
            answered = len(values) - refused
            good = refused if right == "refused" else answered
            lines.append(
                (
                    Cell(title),
                    Cell(_with_mark(answered, right == "answered")),
                    Cell(_with_mark(refused, right == "refused")),
                    Cell(f"{len(values):,}"),
                    Cell(f"{100 * good / len(values):.1f}%"),
                )
            )
    if not lines:
        return ()
    columns = (
        Column("Question is"),
        *(Column(title, True) for title in ("Answered", "Refused", "Questions", "Rightly treated, percent")),
    )
    caption = (
        f"Refusals over {count_of(sum(int(line[3].text.replace(',', '')) for line in lines), 'question')}"
    )
    return (Table(caption, columns, (Body(tuple(lines)),)),)


def _with_mark(count: int, is_right: bool) -> str:
    return f"{count:,} {'right' if is_right else 'wrong'}"


def _percentile(seconds: Sequence[float], percent: int) -> float:
    """By nearest rank: the smallest value that `percent` of 100 values do not exceed."""
    ordered = sorted(seconds)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]
