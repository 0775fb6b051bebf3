"""What answers cost beside how good they are."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.provenance import ENERGY
from evaluation.report.blocks import Block, Body, Cell, Column, Paragraph, Table
from evaluation.report.figures import NONE, figure, interval
from evaluation.types import Metric, Run
from evaluation.verdicts import Slice, Summary

_COSTS = ("answer_seconds", "prompt_tokens", "completion_tokens", "energy_joules")
_MOST_QUALITY = 2
_ENERGY_TITLE = "energy_joules (J)"
_NOT_TOLD = "this run does not say why"


def cost_blocks(
    run: Run, summaries: Sequence[Summary], slices: Sequence[Slice], quality: Sequence[Metric]
) -> tuple[Block, ...]:
    """Means of quality and cost side by side, of all questions and of each slice; empty without answers.

    The column of energy is always there: where nothing was told, the reason stands below the table.
    """
    known = {one.metric.name: one.metric for one in summaries}
    if "prompt_tokens" not in known:
        return ()
    shown = [metric.name for metric in quality if metric.name in known][:_MOST_QUALITY] + list(_COSTS)
    columns = (
        Column("Questions"),
        Column("Count", True),
        *(Column(_title(name, known.get(name)), True) for name in shown),
    )
    whole = (Cell("all"), Cell(f"{len(run.rows):,}"), *(_cell(name, summaries) for name in shown))
    bodies = [Body((whole,))]
    for label in dict.fromkeys(one.label for one in slices):
        rows = tuple(
            (
                Cell(one.value),
                Cell(f"{one.count:,} ⚠ few" if one.too_small else f"{one.count:,}"),
                *(_cell(name, one.summaries) for name in shown),
            )
            for one in slices
            if one.label == label
        )
        bodies.append(Body(rows, f"By {label}"))
    table = Table("Mean and 95% interval of quality, and of what an answer cost", columns, tuple(bodies))
    return (table, Paragraph(energy_words(run, "energy_joules" in known), "muted"))


def energy_words(run: Run, is_told: bool) -> str:
    """What the energy was read from, or why there is none."""
    reason = run.manifest.surroundings.get(ENERGY, "")
    if is_told:
        return (
            f"Energy is the whole machine's while a question was answered, other programs' share included "
            f"({reason or _NOT_TOLD})."
        )
    return f"No energy was measured: {reason or _NOT_TOLD}"


def _title(name: str, metric: Metric | None) -> str:
    if metric is None:
        return _ENERGY_TITLE if name == "energy_joules" else name
    return f"{name} ({metric.unit})" if metric.unit else name


def _cell(name: str, summaries: Sequence[Summary]) -> Cell:
    for one in summaries:
        if one.metric.name == name:
            return Cell(f"{figure(one.metric, one.estimate.mean)} ({interval(one.metric, one.estimate)})")
    return Cell(NONE, "muted")
