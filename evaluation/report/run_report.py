"""The report of one run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evaluation.gaps import Gap
from evaluation.report.blocks import Block, Fold, Page, Paragraph, Plot, Section, Term, Terms
from evaluation.report.characters import one_line
from evaluation.report.cost_tables import cost_blocks
from evaluation.report.figures import count_of, figure, interval, with_unit
from evaluation.report.files import write_page
from evaluation.report.gap_tables import gap_blocks
from evaluation.report.plots import quality_plot, times_plot
from evaluation.report.question_cards import outcome_blocks, question_blocks, short_title
from evaluation.report.run_facts import error_rows, measured_blocks, reproduce_blocks, row_warnings
from evaluation.report.run_tables import (
    INTERVAL_IN_WORDS,
    metric_table,
    refusal_blocks,
    slice_blocks,
    times_table,
)
from evaluation.report.scores import (
    QUALITY_GROUPS,
    ScoredQuestion,
    StatedMean,
    disagreements,
    goodness,
    in_order,
    main_metric,
    note_of,
    score_table,
)
from evaluation.types import Metric, Row, Run
from evaluation.verdicts import Slice, Summary

_MOST_WORST = 20
_MOST_ERRORS = 20


def write_run_report(
    run: Run,
    summaries: Sequence[Summary],
    slices: Sequence[Slice],
    folder: Path,
    *,
    reproduce: str,
    warnings: Sequence[str] = (),
    gaps: Sequence[Gap] = (),
) -> tuple[Path, Path]:
    """Writes `report.html` and `report.md` into the folder, over what is there; returns their paths.

    `reproduce` is the command that makes the run again.
    """
    page = run_page(run, summaries, slices, reproduce=reproduce, warnings=warnings, gaps=gaps)
    return write_page(page, folder)


def run_page(
    run: Run,
    summaries: Sequence[Summary],
    slices: Sequence[Slice],
    *,
    reproduce: str,
    warnings: Sequence[str] = (),
    gaps: Sequence[Gap] = (),
) -> Page:
    """The report before it is HTML or Markdown."""
    summaries = [one for one in summaries if one.estimate.count > 0]
    metrics = in_order([one.metric for one in summaries])
    main = main_metric(metrics)
    worst = worst_rows(run.rows, main)
    stated = [StatedMean(one.metric, one.estimate.mean) for one in summaries]
    questions = _questions(run, worst)
    sections = [
        Section("What was measured", "measured", measured_blocks(run)),
        Section("Metrics", "metrics", _metric_blocks(run, summaries, metrics)),
    ]
    quality = [metric for metric in (main, *metrics) if metric is not None]
    quality = [metric for metric in dict.fromkeys(quality) if metric.group in QUALITY_GROUPS]
    if costs := cost_blocks(run, summaries, slices, quality):
        sections.append(Section("Quality and cost", "costs", costs))
    sections.append(Section("Slices", "slices", (*gap_blocks(gaps, main), *slice_blocks(slices, main))))
    if refusals := refusal_blocks(run.rows):
        sections.append(Section("Refusals", "refusals", refusals))
    sections.append(Section("Worst questions", "worst", _worst_blocks(run, worst, main, metrics)))
    if errors := error_rows(run):
        sections.append(Section("Errors", "errors", _error_blocks(errors, metrics)))
    table = score_table(f"All {count_of(len(questions), 'question')}", questions, metrics, stated)
    about = "Every score of this run. The mean below each column is worked out from the column."
    sections.append(Section("All questions", "questions", (Paragraph(about), table)))
    sections.append(Section("How to reproduce", "reproduce", reproduce_blocks(reproduce, [run.manifest])))
    return Page(
        "Evaluation run",
        run.manifest.name,
        _lead(run, summaries, main),
        tuple(sections),
        (*warnings, *disagreements(questions, stated), *row_warnings(run)),
    )


def worst_rows(rows: Sequence[Row], metric: Metric | None) -> tuple[Row, ...]:
    """The rows with the worst scores of the metric, worst first, without those that could not be better."""
    if metric is None:
        return ()
    best = metric.highest if metric.higher_is_better else metric.lowest
    scored = [row for row in rows if metric.name in row.scores and row.scores[metric.name] != best]
    return tuple(sorted(scored, key=lambda row: goodness(metric, row.scores[metric.name]))[:_MOST_WORST])


def _questions(run: Run, worst: Sequence[Row]) -> tuple[ScoredQuestion, ...]:
    in_full = {row.question.id for row in worst}
    return tuple(
        ScoredQuestion(
            anchor=f"row-{at}",
            id=row.question.id,
            text=row.question.text,
            note=note_of(row),
            scores=row.scores,
            target=f"question-{at}" if row.question.id in in_full else "",
        )
        for at, row in enumerate(run.rows, start=1)
    )


def _metric_blocks(run: Run, summaries: Sequence[Summary], metrics: Sequence[Metric]) -> tuple[Block, ...]:
    if not summaries:
        return (Paragraph("No metric is defined for any question of this run."),)
    blocks: list[Block] = [Paragraph(INTERVAL_IN_WORDS), metric_table(summaries, metrics)]
    by_name = {one.metric.name: one for one in summaries}
    quality = [by_name[metric.name] for metric in metrics if metric.group in QUALITY_GROUPS]
    times = _times(run)
    plots: list[Plot | None] = [quality_plot(quality, name="quality-plot")]
    if times:
        blocks.append(times_table(times))
        plots.append(times_plot(times, name="times-plot"))
    return (*blocks, *(plot for plot in plots if plot is not None))


def _times(run: Run) -> dict[str, tuple[float, ...]]:
    """Seconds by kind, of the questions that have them: those of the rows' scores."""
    kinds = {"search": "search_seconds", "first text": "first_text_seconds", "whole answer": "answer_seconds"}
    found = {
        kind: tuple(row.scores[name] for row in run.rows if name in row.scores)
        for kind, name in kinds.items()
    }
    return {kind: seconds for kind, seconds in found.items() if seconds}


def _worst_blocks(
    run: Run, worst: Sequence[Row], main: Metric | None, metrics: Sequence[Metric]
) -> tuple[Block, ...]:
    if main is None:
        return (Paragraph("There is no quality metric to order the questions by."),)
    if not worst:
        return (Paragraph(f"No question has less than the best {main.name} there is."),)
    way = "lowest" if main.higher_is_better else "highest"
    intro = Paragraph(f"The {count_of(len(worst), 'question')} with the {way} {main.name}, worst first.")
    return (
        intro,
        *(_card(run, row, f"{with_unit(main, row.scores[main.name])}: ", metrics) for row in worst),
    )


def _error_blocks(errors: Sequence[Row], metrics: Sequence[Metric]) -> tuple[Block, ...]:
    said = f"{count_of(len(errors), 'question')} ended in an error and may lack scores"
    said += f"; the first {_MOST_ERRORS} are shown." if len(errors) > _MOST_ERRORS else "."
    folds = tuple(
        Fold(f"{one_line(row.question.id)}: {short_title(row.question)}", outcome_blocks(row, metrics))
        for row in errors[:_MOST_ERRORS]
    )
    return (Paragraph(said), *folds)


def _card(run: Run, row: Row, prefix: str, metrics: Sequence[Metric]) -> Fold:
    at = next(at for at, other in enumerate(run.rows, start=1) if other is row)
    return Fold(
        f"{prefix}{short_title(row.question)}",
        (
            *question_blocks(row.question),
            *outcome_blocks(row, metrics),
            Terms((Term("Among all", f"line {at} of all questions", target=f"row-{at}"),)),
        ),
        f"question-{at}",
    )


def _lead(run: Run, summaries: Sequence[Summary], main: Metric | None) -> str:
    asked = f"{count_of(len(run.rows), 'question')} of {one_line(run.manifest.question_set)}"
    for one in summaries:
        if main is not None and one.metric.name == main.name:
            mean = (
                f"{main.name} {figure(main, one.estimate.mean)} (95% interval {interval(main, one.estimate)})"
            )
            return f"{mean} over {count_of(one.estimate.count, 'question')}. {asked} in this run."
    return f"{asked} in this run."
