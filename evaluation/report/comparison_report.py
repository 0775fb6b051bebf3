"""The report of two runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.report.blocks import Block, Fold, Page, Paragraph, Section, Sides, Term, Terms, Tone
from evaluation.report.change_tables import (
    READING,
    change_table,
    forest_plots,
    needed_note,
    slice_change_blocks,
)
from evaluation.report.characters import one_line
from evaluation.report.figures import count_of, difference, difference_interval, p_value
from evaluation.report.files import write_page
from evaluation.report.question_cards import outcome_blocks, question_blocks, short_title
from evaluation.report.run_facts import difference_blocks, reproduce_blocks, row_warnings
from evaluation.report.scores import (
    ScoredQuestion,
    StatedMean,
    disagreements,
    goodness,
    in_order,
    main_metric,
    note_of,
    score_table,
)
from evaluation.types import Metric, Row
from evaluation.verdicts import Change, Comparison

_MOST_GAINS = 10
_MOST_LOSSES = 10
_MOST_UNPAIRED = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """One question in both runs. `number` counts from 1, in the first run's order."""

    number: int
    first: Row
    second: Row

    def difference(self, metric: Metric) -> float | None:
        """The second's score less the first's; None where one of them has none."""
        if metric.name not in self.first.scores or metric.name not in self.second.scores:
            return None
        return self.second.scores[metric.name] - self.first.scores[metric.name]


def write_comparison_report(comparison: Comparison, folder: Path, *, reproduce: str) -> tuple[Path, Path]:
    """Writes `report.html` and `report.md` into the folder, over what is there; returns their paths.

    `reproduce` is the command that compares again.
    """
    return write_page(comparison_page(comparison, reproduce=reproduce), folder)


def comparison_page(comparison: Comparison, *, reproduce: str) -> Page:
    """The report before it is HTML or Markdown."""
    first, second = comparison.first.manifest, comparison.second.manifest
    names = (one_line(first.name), one_line(second.name))
    pairs = paired(comparison)
    metrics = in_order([change.metric for change in comparison.changes])
    main = main_metric(metrics)
    gains, losses = changed_pairs(pairs, main)
    stated = [StatedMean(change.metric, change.difference.mean) for change in comparison.changes]
    questions = _questions(pairs, metrics, {pair.number for pair in (*gains, *losses)})
    table = score_table(
        f"Differences of {count_of(len(questions), 'question')}: {names[1]} less {names[0]}",
        questions,
        metrics,
        stated,
        difference,
    )
    about = "Every difference, second less first. The mean below each column is worked out from the column."
    sections = (
        Section("What differs", "differs", difference_blocks(first, second)),
        Section("Changes", "changes", _change_blocks(comparison.changes, names, metrics)),
        Section("Slices", "slices", slice_change_blocks(comparison.slices)),
        Section("Changed questions", "changed", _changed_blocks(gains, losses, names, main, metrics)),
        Section("All questions", "questions", (Paragraph(about), table)),
        Section("How to reproduce", "reproduce", reproduce_blocks(reproduce, [first, second])),
    )
    return Page(
        "Comparison of two runs",
        f"{names[0]} and {names[1]}",
        _lead(comparison.changes, main, names, len(pairs)),
        sections,
        (
            *comparison.warnings,
            *_unpaired_warning(comparison.unpaired),
            *disagreements(questions, stated),
            *row_warnings(comparison.first),
            *row_warnings(comparison.second),
        ),
    )


def paired(comparison: Comparison) -> tuple[Pair, ...]:
    """The questions that have a row in both runs."""
    second = {row.question.id: row for row in comparison.second.rows}
    rows = [row for row in comparison.first.rows if row.question.id in second]
    return tuple(Pair(number, row, second[row.question.id]) for number, row in enumerate(rows, start=1))


def changed_pairs(pairs: Sequence[Pair], metric: Metric | None) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """The pairs that gained most and those that lost most, the largest change first."""
    if metric is None:
        return (), ()
    gained = [
        (goodness(metric, change), pair)
        for pair in pairs
        if (change := pair.difference(metric)) is not None and change != 0
    ]
    ordered = sorted(gained, key=lambda one: -one[0])
    gains = [pair for gain, pair in ordered if gain > 0]
    losses = [pair for gain, pair in reversed(ordered) if gain < 0]
    return tuple(gains[:_MOST_GAINS]), tuple(losses[:_MOST_LOSSES])


def _questions(
    pairs: Sequence[Pair], metrics: Sequence[Metric], in_full: set[int]
) -> tuple[ScoredQuestion, ...]:
    return tuple(
        ScoredQuestion(
            anchor=f"row-{pair.number}",
            id=pair.first.question.id,
            text=pair.first.question.text,
            note=_note(pair),
            scores={
                metric.name: change for metric in metrics if (change := pair.difference(metric)) is not None
            },
            target=f"question-{pair.number}" if pair.number in in_full else "",
        )
        for pair in pairs
    )


def _note(pair: Pair) -> str:
    notes = (("first", note_of(pair.first)), ("second", note_of(pair.second)))
    return "; ".join(f"{side}: {note}" for side, note in notes if note)


def _change_blocks(
    changes: Sequence[Change], names: tuple[str, str], metrics: Sequence[Metric]
) -> tuple[Block, ...]:
    if not changes:
        return (Paragraph("No metric is defined in both runs for the same questions."),)
    return (
        *(Paragraph(text) for text in READING),
        change_table(
            "Changes over the questions for which both runs have the metric", changes, names, metrics
        ),
        needed_note(changes),
        *forest_plots(changes),
    )


def _changed_blocks(
    gains: Sequence[Pair],
    losses: Sequence[Pair],
    names: tuple[str, str],
    main: Metric | None,
    metrics: Sequence[Metric],
) -> tuple[Block, ...]:
    if main is None:
        return (Paragraph("There is no common quality metric to order the questions by."),)
    if not gains and not losses:
        return (Paragraph(f"No question has another {main.name} in the second run than in the first."),)
    blocks: list[Block] = [Paragraph(f"The largest gains and losses in {main.name}, both runs side by side.")]
    kinds: tuple[tuple[Sequence[Pair], Tone, str, int], ...] = (
        (losses, "worse", "▼ Worse", _MOST_LOSSES),
        (gains, "better", "▲ Better", _MOST_GAINS),
    )
    for pairs, verdict, title, most in kinds:
        if pairs:
            rest = f": the {most} largest changes" if len(pairs) == most else ""
            blocks.append(Paragraph(f"{title}{rest}", verdict))
            blocks.extend(_card(pair, verdict, names, main, metrics) for pair in pairs)
    return tuple(blocks)


def _card(pair: Pair, verdict: str, names: tuple[str, str], main: Metric, metrics: Sequence[Metric]) -> Fold:
    change = pair.difference(main)
    shown = "" if change is None else f" ({difference(main, change)})"
    among_all = Term("Among all", f"line {pair.number} of all questions", target=f"row-{pair.number}")
    return Fold(
        f"{verdict.capitalize()}{shown}: {short_title(pair.first.question)}",
        (
            *question_blocks(pair.first.question),
            Sides(
                f"First: {names[0]}",
                outcome_blocks(pair.first, metrics),
                f"Second: {names[1]}",
                outcome_blocks(pair.second, metrics),
            ),
            Terms((among_all,)),
        ),
        f"question-{pair.number}",
    )


def _unpaired_warning(unpaired: Sequence[str]) -> tuple[str, ...]:
    if not unpaired:
        return ()
    named = ", ".join(one_line(one) for one in unpaired[:_MOST_UNPAIRED])
    rest = " and more" if len(unpaired) > _MOST_UNPAIRED else ""
    verb = "has" if len(unpaired) == 1 else "have"
    left_out = f"{count_of(len(unpaired), 'question')} {verb} a row in one run only and cannot be compared"
    return (f"{left_out}: {named}{rest}.",)


def _lead(changes: Sequence[Change], main: Metric | None, names: tuple[str, str], pair_count: int) -> str:
    for change in changes:
        if main is not None and change.metric.name == main.name:
            if change.verdict == "no difference shown":
                said = f"No difference shown in {main.name} between {names[0]} and {names[1]}"
            else:
                said = f"{names[1]} is {change.verdict} than {names[0]} in {main.name}"
            return (
                f"{said}: {difference(main, change.difference.mean)} (95% interval "
                f"{difference_interval(main, change.difference)}, corrected p {p_value(change.adjusted_p)}) "
                f"over {count_of(change.difference.count, 'question')}."
            )
    return f"{count_of(pair_count, 'question')} in both runs, and no common quality metric."
