"""Where the slices of a run lie farthest apart, in words and as a table."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.gaps import Gap, Side
from evaluation.report.blocks import Block, Body, Cell, Column, Paragraph, Table
from evaluation.report.characters import one_line
from evaluation.report.figures import figure, interval, p_value
from evaluation.types import Metric
from evaluation.verdicts import Estimate

_MOST_NAMED = 6
_READING = (
    "p is how often chance alone, regrouping the questions, would bring any two slices of that label as far "
    "apart; it is corrected for all gaps in the table. The interval is that of these two slices: picked for "
    "lying farthest apart, they look a little farther apart than they are."
)


def gap_blocks(gaps: Sequence[Gap], main: Metric | None) -> tuple[Block, ...]:
    """The largest gap in words, then all of them; empty where no label has two slices to compare."""
    if not gaps:
        return ()
    columns = (
        Column("Label"),
        Column("Metric"),
        Column("Better slice"),
        Column("Worse slice"),
        Column("Gap", True),
        Column("95% interval", True),
        Column("p, corrected", True),
        Column("Beyond chance", short=True),
        Column("Small slices"),
    )
    rows = tuple(
        (
            Cell(gap.label),
            Cell(f"{gap.metric.name} ({gap.metric.unit})" if gap.metric.unit else gap.metric.name),
            Cell(_side(gap.metric, gap.better)),
            Cell(_side(gap.metric, gap.worse)),
            Cell(figure(gap.metric, gap.size)),
            Cell(interval(gap.metric, _as_estimate(gap))),
            Cell(p_value(gap.adjusted_p)),
            Cell("yes", "worse") if gap.beyond_chance else Cell("not shown"),
            Cell(_small_words(gap), "warning" if gap.from_small else "muted"),
        )
        for gap in gaps
    )
    named = named_gaps(gaps, main)
    return (
        *(Paragraph(gap_words(gap), "worse" if gap.beyond_chance else "plain") for gap in named),
        Table("The largest gap of each metric by each label", columns, (Body(rows),)),
        Paragraph(_READING, "muted"),
    )


def named_gaps(gaps: Sequence[Gap], main: Metric | None) -> tuple[Gap, ...]:
    """The largest one of the main metric, then those beyond chance, the surest first."""
    of_main = [gap for gap in gaps if main is not None and gap.metric.name == main.name]
    chosen = sorted(of_main, key=lambda gap: -gap.size)[:1]
    beyond = sorted((gap for gap in gaps if gap.beyond_chance), key=lambda gap: gap.adjusted_p)
    return tuple(dict.fromkeys([*chosen, *beyond]))[:_MOST_NAMED]


def gap_words(gap: Gap) -> str:
    """One gap in a sentence that says whether chance explains it."""
    metric = gap.metric
    verdict = (
        "more than chance gives" if gap.beyond_chance else "no more than chance may give, as far as shown"
    )
    words = (
        f"Largest gap by {one_line(gap.label)}: {metric.name} is {_side(metric, gap.better)} against "
        f"{_side(metric, gap.worse)}, a gap of {figure(metric, gap.size)} "
        f"({interval(metric, _as_estimate(gap))}): {verdict} (p {p_value(gap.adjusted_p)})."
    )
    return f"{words} These slices are small." if gap.from_small else words


def _side(metric: Metric, side: Side) -> str:
    return f"{figure(metric, side.estimate.mean)} for {one_line(side.value)} ({side.estimate.count:,})"


def _small_words(gap: Gap) -> str:
    named = ", ".join(map(one_line, gap.small[:3])) + (", …" if len(gap.small) > 3 else "")
    if gap.from_small:
        return f"⚠ small, and taken for want of larger ones: {named}"
    return f"left out: {named}" if gap.small else ""


def _as_estimate(gap: Gap) -> Estimate:
    return Estimate(gap.size, gap.low, gap.high, gap.better.estimate.count + gap.worse.estimate.count)
