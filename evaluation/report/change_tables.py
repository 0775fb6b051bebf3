"""What changed between two runs, in tables and plots, so that better is never taken for worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.report.blocks import Block, Body, Cell, Column, Paragraph, Plot, Table, Tone
from evaluation.report.figures import (
    better_when,
    count_of,
    difference,
    difference_interval,
    effect_size,
    figure,
    is_share,
    p_value,
)
from evaluation.report.plots import forest_plot
from evaluation.report.scores import GROUP_TITLES, by_group, mean_anchor, score_anchor
from evaluation.types import Metric
from evaluation.verdicts import Change, ChangeVerdict, Estimate, SliceChange

READING = (
    "The 95% interval of a difference holds the true difference 95 times in 100: while it has zero in it, "
    "the two may be equally good.",
    "p is how often chance alone would make a difference at least as large if the two were equally good; it "
    "is corrected for the number of comparisons made here.",
    "Differences are the second less the first. Whether one is better or worse is said in words, because for "
    "some metrics less is better (↓).",
)
_VERDICTS: Mapping[ChangeVerdict, tuple[str, Tone]] = {
    "better": ("▲ better", "better"),
    "worse": ("▼ worse", "worse"),
    "no difference shown": ("○ no difference shown", "plain"),
}


def change_table(
    caption: str, changes: Sequence[Change], names: tuple[str, str], metrics: Sequence[Metric] = ()
) -> Table:
    """All changes by group. Where `metrics` are given, each leads to its column among all questions."""
    by_name = {change.metric.name: change for change in changes}
    columns = (
        Column("Metric"),
        Column("Verdict", short=True),
        Column("Better when", short=True),
        Column(names[0], True),
        Column(names[1], True),
        Column("Difference", True),
        Column("95% interval", True),
        Column("p, corrected", True),
        Column("Effect size", True),
        Column("Questions better / equal / worse", True),
        Column("Questions needed", True),
    )
    bodies = tuple(
        Body(tuple(_change_row(by_name[metric.name], metrics) for metric in members), GROUP_TITLES[group])
        for group, members in by_group([change.metric for change in changes]).items()
    )
    return Table(caption, columns, bodies)


def needed_note(changes: Sequence[Change]) -> Paragraph:
    """What the last columns of the table mean, with the differences that were sought."""
    sought = dict.fromkeys(
        f"{change.sought_difference:g} {change.metric.unit}".rstrip() for change in changes
    )
    shown = ", ".join(list(sought)[:6]) + (", …" if len(sought) > 6 else "")
    return Paragraph(
        "Effect size is the mean difference over the differences' standard deviation; – where all are equal. "
        "Questions needed are those that would show a difference as large as the one sought, which stands "
        f"beside them ({shown}).",
        "muted",
    )


def _change_row(change: Change, metrics: Sequence[Metric]) -> tuple[Cell, ...]:
    metric = change.metric
    anchor = score_anchor(metrics, metric) if metrics else ""
    words, tone = _VERDICTS[change.verdict]
    unit = f" ({metric.unit})" if metric.unit else ""
    return (
        Cell(f"{metric.name}{unit}", anchor=mean_anchor(anchor) if anchor else "", target=anchor),
        Cell(words, tone),
        Cell(better_when(metric)),
        Cell(figure(metric, change.first.mean)),
        Cell(figure(metric, change.second.mean)),
        Cell(difference(metric, change.difference.mean)),
        Cell(difference_interval(metric, change.difference)),
        Cell(p_value(change.adjusted_p)),
        Cell(effect_size(change.effect_size)),
        Cell(f"{change.better:,} / {change.equal:,} / {change.worse:,}"),
        Cell(f"{change.questions_needed:,} for {change.sought_difference:g}"),
    )


def forest_plots(changes: Sequence[Change]) -> tuple[Plot, ...]:
    """One plot for what lies between 0 and 1, and one for each unit beside."""
    plots = [
        forest_plot(
            members,
            name=f"forest-{at}",
            title=f"Differences of {count_of(len(members), 'metric')} with their 95% intervals",
        )
        for at, members in enumerate(_by_axis(changes).values(), start=1)
    ]
    return tuple(plot for plot in plots if plot is not None)


def _by_axis(changes: Sequence[Change]) -> dict[tuple[bool, str], list[Change]]:
    """The changes that may share an axis, in the order of the table."""
    axes: dict[tuple[bool, str], list[Change]] = {}
    by_name = {change.metric.name: change for change in changes}
    for members in by_group([change.metric for change in changes]).values():
        for metric in members:
            axes.setdefault((is_share(metric), metric.unit), []).append(by_name[metric.name])
    return axes


def slice_change_blocks(slices: Sequence[SliceChange]) -> tuple[Block, ...]:
    """A table for each label, with a warning for those of too few questions."""
    if not slices:
        return (Paragraph("The questions carry no labels to slice them by."),)
    about = "Not corrected for the number of slices: of twenty that are equal, one differs by chance."
    blocks: list[Block] = [Paragraph(about)]
    if small := list(dict.fromkeys(f"{one.label} {one.value}" for one in slices if one.too_small)):
        rest = f" and {len(small) - 8} more" if len(small) > 8 else ""
        blocks.append(Paragraph(f"Too few questions to lean on: {', '.join(small[:8])}{rest}.", "warning"))
    columns = (
        Column("Slice"),
        Column("Metric"),
        Column("Questions", True),
        Column("Difference", True),
        Column("95% interval", True),
        Column("The mean is", short=True),
        Column("Note", short=True),
    )
    for label in dict.fromkeys(one.label for one in slices):
        rows = tuple(_slice_row(one) for one in slices if one.label == label)
        blocks.append(Table(f"Differences by {label}", columns, (Body(rows),)))
    return tuple(blocks)


def _slice_row(one: SliceChange) -> tuple[Cell, ...]:
    estimate = one.difference
    words = direction_in_words(one.metric, estimate)
    if one.too_small:
        note = Cell("⚠ too few questions", "warning")
    else:
        note = Cell("interval has zero in it" if estimate.low <= 0 <= estimate.high else "")
    return (
        Cell(one.value),
        Cell(f"{one.metric.name} ({one.metric.unit})" if one.metric.unit else one.metric.name),
        Cell(f"{estimate.count:,}"),
        Cell(difference(one.metric, estimate.mean)),
        Cell(difference_interval(one.metric, estimate)),
        Cell(words, "muted" if one.too_small else "plain"),
        note,
    )


def direction_in_words(metric: Metric, estimate: Estimate) -> str:
    """Which way the mean went. No verdict: among many slices some differ by chance."""
    if estimate.mean == 0:
        return "equal"
    return "▲ better" if (estimate.mean > 0) == metric.higher_is_better else "▼ worse"
