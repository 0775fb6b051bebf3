"""Scores and changes as tables for people, and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.cli.screen import write, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.gaps import Gap
    from evaluation.types import Metric
    from evaluation.verdicts import Change, Estimate, Slice, Summary


def write_summaries(summaries: Sequence[Summary]) -> None:
    """A line per metric."""
    rows = [
        [
            summary.metric.name,
            number(summary.estimate.mean, summary.metric),
            interval(summary.estimate, summary.metric),
            f"{summary.estimate.count:,}",
            "higher" if summary.metric.higher_is_better else "lower",
        ]
        for summary in summaries
    ]
    write_table(["metric", "mean", "95% interval", "questions", "better"], rows)


def write_changes(changes: Sequence[Change]) -> None:
    """A line per metric, and what p and the interval mean."""
    rows = [
        [
            change.metric.name,
            number(change.first.mean, change.metric),
            number(change.second.mean, change.metric),
            signed(change.difference.mean, change.metric),
            " to ".join(
                signed(end, change.metric) for end in (change.difference.low, change.difference.high)
            ),
            f"{change.adjusted_p:.3f}",
            f"{change.better}/{change.equal}/{change.worse}",
            change.verdict,
            f"{change.questions_needed:,} for {number(change.sought_difference, change.metric)}",
        ]
        for change in changes
    ]
    write_table(
        [
            "metric",
            "first",
            "second",
            "change",
            "95% interval",
            "p",
            "better/equal/worse",
            "verdict",
            "needed",
        ],
        rows,
    )
    write()
    write(
        "p: how often chance alone would give a change as large, if the two were equal; corrected for the "
        "number of metrics (Holm). needed: questions that would show a change as large as it says, four "
        "times in five."
    )


def number(value: float, metric: Metric) -> str:
    """With as many digits as mean something."""
    if metric.unit == "s":
        return f"{value:.3g} s" if value < 1000 else f"{value:.0f} s"
    return f"{value:.3f}" if metric.highest is not None else f"{value:.1f}"


def signed(value: float, metric: Metric) -> str:
    return f"{'+' if value >= 0 else '-'}{number(abs(value), metric)}"


def interval(estimate: Estimate, metric: Metric) -> str:
    return f"{number(estimate.low, metric)} to {number(estimate.high, metric)}"


def summary_as_json(summary: Summary) -> dict[str, object]:
    return {
        "metric": summary.metric.name,
        "title": summary.metric.title,
        "higher_is_better": summary.metric.higher_is_better,
        **({"caution": summary.metric.caution} if summary.metric.caution else {}),
        **estimate_as_json(summary.estimate),
    }


def slice_as_json(one: Slice) -> dict[str, object]:
    return {
        "label": one.label,
        "value": one.value,
        "questions": one.count,
        "too_small": one.too_small,
        "scores": [summary_as_json(summary) for summary in one.summaries],
    }


def gap_as_json(gap: Gap) -> dict[str, object]:
    return {
        "label": gap.label,
        "metric": gap.metric.name,
        "higher_is_better": gap.metric.higher_is_better,
        "better": {"value": gap.better.value, **estimate_as_json(gap.better.estimate)},
        "worse": {"value": gap.worse.value, **estimate_as_json(gap.worse.estimate)},
        "gap": gap.size,
        "low": gap.low,
        "high": gap.high,
        "p": gap.p_value,
        "p_adjusted": gap.adjusted_p,
        "beyond_chance": gap.beyond_chance,
        "slices": gap.slices,
        "small_slices": list(gap.small),
        "from_small_slices": gap.from_small,
    }


def change_as_json(change: Change) -> dict[str, object]:
    return {
        "metric": change.metric.name,
        "higher_is_better": change.metric.higher_is_better,
        "first": estimate_as_json(change.first),
        "second": estimate_as_json(change.second),
        "difference": estimate_as_json(change.difference),
        "p": change.p_value,
        "p_adjusted": change.adjusted_p,
        "effect_size": change.effect_size,
        "better": change.better,
        "equal": change.equal,
        "worse": change.worse,
        "verdict": change.verdict,
        "sought_difference": change.sought_difference,
        "questions_needed": change.questions_needed,
    }


def estimate_as_json(estimate: Estimate) -> dict[str, object]:
    return {
        "mean": estimate.mean,
        "low": estimate.low,
        "high": estimate.high,
        "questions": estimate.count,
    }
