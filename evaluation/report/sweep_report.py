"""The report of a sweep: which settings are worth their time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.report.blocks import Block, Body, Cell, Column, Fold, Page, Paragraph, Plot, Section, Table
from evaluation.report.change_tables import READING, change_table, needed_note
from evaluation.report.characters import clipped, one_line
from evaluation.report.figures import NONE, better_when, count_of, figure, interval
from evaluation.report.files import write_page
from evaluation.report.plots import Point, scatter_plot, variant_plot
from evaluation.report.run_facts import measured_blocks, reproduce_blocks, row_warnings
from evaluation.report.run_tables import INTERVAL_IN_WORDS
from evaluation.report.scores import GROUP_TITLES, by_group, goodness
from evaluation.types import Metric
from evaluation.verdicts import Change, Estimate, Summary, Sweep, Variant

_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """A variant with what it is judged by. `number` counts from 1; None where it has not the metric."""

    number: int
    variant: Variant
    quality: Estimate | None
    seconds: Estimate | None

    @property
    def label(self) -> str:
        values = ", ".join(f"{name} {value}" for name, value in self.variant.values.items())
        return f"{self.number}: {one_line(values)}" if values else f"{self.number}"


def write_sweep_report(
    sweep: Sweep, folder: Path, *, quality: str, seconds: str | None, reproduce: str
) -> tuple[Path, Path]:
    """Writes `report.html` and `report.md` into the folder, over what is there; returns their paths.

    `quality` and `seconds` name the metrics that variants are judged by; without `seconds` it is quality
    alone. `reproduce` is the command that makes the sweep again.
    """
    page = sweep_page(sweep, quality=quality, seconds=seconds, reproduce=reproduce)
    return write_page(page, folder)


def sweep_page(sweep: Sweep, *, quality: str, seconds: str | None, reproduce: str) -> Page:
    """The report before it is HTML or Markdown."""
    standings = tuple(
        Standing(
            number,
            variant,
            _estimate(variant.summaries, quality),
            _estimate(variant.summaries, seconds) if seconds is not None else None,
        )
        for number, variant in enumerate(sweep.variants, start=1)
    )
    quality_metric = _metric(sweep, quality)
    seconds_metric = _metric(sweep, seconds) if seconds is not None else None
    front = pareto_front(standings, quality_metric) if seconds_metric is not None else frozenset()
    chosen = tuple(metric for metric in (quality_metric, seconds_metric) if metric is not None)
    sections = [
        Section(
            "Variants",
            "variants",
            _variant_blocks(standings, quality, quality_metric, seconds_metric, front),
        ),
        Section("All metrics", "metrics", _metric_blocks(standings)),
        Section("Changes against the first variant", "changes", _change_blocks(sweep, standings, chosen)),
    ]
    if standings:
        measured = measured_blocks(standings[0].variant.run)
        about = "What the first variant was made of; the others differ in the values that were varied."
        sections.append(Section("What was measured", "measured", (Paragraph(about), *measured)))
    manifests = [one.variant.run.manifest for one in standings]
    sections.append(Section("How to reproduce", "reproduce", reproduce_blocks(reproduce, manifests)))
    warnings = tuple(text for one in standings for text in row_warnings(one.variant.run))
    if seconds is not None and seconds_metric is None:
        warnings = (f"No variant has the metric {seconds}: the plot shows quality alone.", *warnings)
    return Page(
        "Sweep over settings",
        sweep.name,
        _lead(standings, quality, front),
        tuple(sections),
        (*sweep.warnings, *warnings),
    )


def pareto_front(standings: Sequence[Standing], quality: Metric | None) -> frozenset[int]:
    """The numbers of the variants that no other beats.

    One beats another when it is at least as good and at least as fast, and better in one of the two. It is
    the means that are compared.
    """
    if quality is None:
        return frozenset()
    judged = {
        one.number: (goodness(quality, one.quality.mean), -one.seconds.mean)
        for one in standings
        if one.quality is not None and one.seconds is not None
    }
    return frozenset(
        number
        for number, (good, fast) in judged.items()
        if not any(
            other_good >= good and other_fast >= fast and (other_good, other_fast) != (good, fast)
            for other_good, other_fast in judged.values()
        )
    )


def _variant_blocks(
    standings: Sequence[Standing],
    quality_name: str,
    quality: Metric | None,
    seconds: Metric | None,
    front: frozenset[int],
) -> tuple[Block, ...]:
    names = list(dict.fromkeys(name for one in standings for name in one.variant.values))
    chosen = [metric for metric in (quality, seconds) if metric is not None]
    columns = [Column("Variant"), *(Column(name) for name in names)]
    columns += [Column(f"{_with_unit(metric)}, {better_when(metric)} is better", True) for metric in chosen]
    columns += [
        Column("Questions", True),
        *([Column("Front", short=True)] if seconds is not None else []),
        Column("Run"),
    ]
    rows = tuple(_variant_row(one, names, quality, seconds, front) for one in standings)
    blocks: list[Block] = [
        Paragraph(INTERVAL_IN_WORDS),
        Table("Variants: values varied, means and 95% intervals", tuple(columns), (Body(rows),)),
    ]
    if quality is None:
        blocks.append(Paragraph(f"No variant has the metric {quality_name}.", "warning"))
        return tuple(blocks)
    plot: Plot | None
    if seconds is not None:
        points = [
            Point(one.label, one.quality, one.seconds, one.number in front)
            for one in standings
            if one.quality is not None and one.seconds is not None
        ]
        plot = scatter_plot(quality, seconds, points, name="sweep-plot")
    else:
        drawn = [(one.label, one.quality) for one in standings if one.quality is not None]
        plot = variant_plot(quality, drawn, name="sweep-plot")
    return (*blocks, *([plot] if plot is not None else []))


def _variant_row(
    one: Standing,
    names: Sequence[str],
    quality: Metric | None,
    seconds: Metric | None,
    front: frozenset[int],
) -> tuple[Cell, ...]:
    values = one.variant.values
    cells = [Cell(f"{one.number}" + (" (first)" if one.number == 1 else ""))]
    cells += [Cell(clipped(one_line(values.get(name, NONE)), _LONGEST_VALUE)) for name in names]
    if quality is not None:
        cells.append(_mean_cell(quality, one.quality))
    if seconds is not None:
        cells.append(_mean_cell(seconds, one.seconds))
    cells.append(Cell(f"{len(one.variant.run.rows):,}"))
    if seconds is not None:
        cells.append(Cell("◆ on the front", "better") if one.number in front else Cell(""))
    cells.append(Cell(one.variant.run.manifest.name))
    return tuple(cells)


def _metric_blocks(standings: Sequence[Standing]) -> tuple[Block, ...]:
    metrics = list({s.metric.name: s.metric for one in standings for s in one.variant.summaries}.values())
    if not metrics:
        return (Paragraph("No variant has a metric."),)
    columns = (
        Column("Metric"),
        Column("Better when", short=True),
        *(Column(clipped(one.label, _LONGEST_VALUE), True) for one in standings),
    )
    bodies = tuple(
        Body(
            tuple(
                (
                    Cell(_with_unit(metric)),
                    Cell(better_when(metric)),
                    *(_mean_cell(metric, _estimate(one.variant.summaries, metric.name)) for one in standings),
                )
                for metric in members
            ),
            GROUP_TITLES[group],
        )
        for group, members in by_group(metrics).items()
    )
    return (Table("Mean and 95% interval of each metric in each variant", columns, bodies),)


def _change_blocks(
    sweep: Sweep, standings: Sequence[Standing], chosen: Sequence[Metric]
) -> tuple[Block, ...]:
    if not any(sweep.changes):
        return (Paragraph("There is no other variant, or no metric that it shares with the first."),)
    every = [change for changes in sweep.changes for change in changes]
    blocks: list[Block] = [*(Paragraph(text) for text in READING)]
    first = standings[0].label
    for one, changes in zip(standings[1:], sweep.changes, strict=False):
        title = f"{one.label}: {_verdicts(changes, chosen)}"
        table = change_table(f"{one.label} against {first}", changes, ("Variant 1", f"Variant {one.number}"))
        blocks.append(Fold(title, (table,) if changes else (Paragraph("No common metric."),)))
    return (*blocks, needed_note(every))


def _verdicts(changes: Sequence[Change], chosen: Sequence[Metric]) -> str:
    wanted = [metric.name for metric in chosen]
    said = [f"{one.metric.name} {one.verdict}" for one in changes if one.metric.name in wanted]
    return "; ".join(said) or "no verdict on the metrics of the plot"


def _lead(standings: Sequence[Standing], quality: str, front: frozenset[int]) -> str:
    compared = f"{count_of(len(standings), 'variant')}, judged by {quality}."
    if not front:
        return compared
    named = "; ".join(one.label for one in standings if one.number in front)
    return f"{compared} On the front of quality and time: {clipped(named, 300)}."


def _mean_cell(metric: Metric, estimate: Estimate | None) -> Cell:
    if estimate is None:
        return Cell(NONE, "muted")
    return Cell(f"{figure(metric, estimate.mean)} ({interval(metric, estimate)})")


def _with_unit(metric: Metric) -> str:
    return f"{metric.name} ({metric.unit})" if metric.unit else metric.name


def _estimate(summaries: Sequence[Summary], name: str) -> Estimate | None:
    return next((one.estimate for one in summaries if one.metric.name == name), None)


def _metric(sweep: Sweep, name: str) -> Metric | None:
    found = (s.metric for variant in sweep.variants for s in variant.summaries if s.metric.name == name)
    return next(found, None)
