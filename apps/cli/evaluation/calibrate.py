"""`refdesk eval calibrate`: thresholds out of labelled questions, kept with the collection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, Verbose, opened
from apps.cli.evaluation.options import Scoped, Seed
from apps.cli.screen import note, write, write_json
from apps.errors import WrongUse

if TYPE_CHECKING:
    from evaluation.collection_system import CollectionSystem
    from evaluation.types import QuestionSet
    from rag.calibration import Calibration, CalibrationName

LabelledSet = Annotated[
    Path | None,
    typer.Argument(
        metavar="SET",
        help="Questions with gold about this collection, some of them unanswerable from it. Without it: show "
        "what the collection is calibrated to.",
        show_default=False,
    ),
]
What = Annotated[
    str,
    typer.Option(
        "--what",
        metavar="refusals|fusion|all",
        help="The evidence below which a question is refused, or how the two ways of searching are weighed.",
    ),
]
MostFalse = Annotated[
    float,
    typer.Option(
        "--max-false-refusals",
        metavar="X",
        min=0.0,
        max=0.5,
        help="The share of answerable questions that may be refused.",
    ),
]
Forget = Annotated[bool, typer.Option("--forget", help="Go back to the defaults.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be kept, and keep nothing.")]


def calibrate(
    question_set: LabelledSet = None,
    collection: CollectionName = "default",
    what: What = "all",
    most_false: MostFalse = 0.05,
    scoped: Scoped = False,
    forget: Forget = False,
    dry_run: DryRun = False,
    seed: Seed = 0,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Fit a collection's thresholds to labelled questions about it.

    What is chosen is judged on questions that it was not chosen on. A fusion weight that is no better there
    than the default is not kept. The values lie with the collection, with their evidence, and hold until it
    is embedded anew.

    \b
    Examples:
      refdesk eval calibrate questions.csv -c work
      refdesk eval calibrate -c work
    """
    with errors_in_words(as_json, verbose):
        from evaluation.assembly import build_system
        from evaluation.calibration import calibrations, forget_calibration
        from evaluation.datasets import load_question_set

        wanted = _wanted(what)
        system = build_system(opened(collection))
        try:
            if forget:
                for name in wanted:
                    forget_calibration(system.store, name)
                write_or_json([], as_json, "Forgotten. The defaults hold.")
                return
            if question_set is None:
                found = list(calibrations(system.store))
                write_or_json(found, as_json, "" if found else "Not calibrated: the defaults hold.")
                return
            asked = load_question_set(question_set)
            kept = []
            if "minimum_evidence" in wanted:
                kept += _refusals(system, asked, most_false, scoped, dry_run, seed)
            if "dense_weight" in wanted:
                kept += _fusion(system, asked, scoped, dry_run, seed)
            write_or_json(kept, as_json, "Nothing was kept: --dry-run." if dry_run else "")
        finally:
            system.close()


def write_or_json(found: list[Calibration], as_json: bool, words: str) -> None:
    """The calibrations with their evidence."""
    if as_json:
        listed = [{"name": one.name, "value": one.value, "evidence": dict(one.evidence)} for one in found]
        write_json({"schema": SCHEMA, "calibrations": listed})
        return
    for one in found:
        write(f"{one.name}: {one.value:.4g}", bold=True)
        for name, value in one.evidence.items():
            write(f"  {name}: {value}")
    if words:
        write(words)


def _wanted(what: str) -> list[CalibrationName]:
    known: dict[str, list[CalibrationName]] = {
        "refusals": ["minimum_evidence"],
        "fusion": ["dense_weight"],
        "all": ["minimum_evidence", "dense_weight"],
    }
    if what not in known:
        raise WrongUse(f"--what is refusals, fusion or all, not {what!r}.")
    return known[what]


def _refusals(
    system: CollectionSystem, asked: QuestionSet, most_false: float, scoped: bool, dry_run: bool, seed: int
) -> list[Calibration]:
    from evaluation.calibration import calibration_of, choose_threshold, figures_in_words, keep
    from evaluation.evidence_scores import evidence_of

    note(f"Searching for the evidence of {len(asked.questions):,} questions.")
    known = [question for question in asked.questions if question.answerable]
    unknown = [question for question in asked.questions if not question.answerable]
    curve = choose_threshold(
        evidence_of(system.collection, known, scoped=scoped),
        evidence_of(system.collection, unknown, scoped=scoped),
        most_false,
        seed,
    )
    found = calibration_of(
        system.store,
        "minimum_evidence",
        curve.threshold,
        asked,
        {
            "false refusals allowed": f"{most_false:g}",
            "false refusals, on questions it was not chosen on": figures_in_words(curve.false_refusals),
            "true refusals, on questions it was not chosen on": figures_in_words(curve.true_refusals),
            "area under the curve (AUROC)": f"{curve.area:.3f}",
        },
    )
    if not dry_run:
        keep(system.store, found)
    return [found]


def _fusion(
    system: CollectionSystem, asked: QuestionSet, scoped: bool, dry_run: bool, seed: int
) -> list[Calibration]:
    from evaluation.assembly import gold_levels
    from evaluation.calibration import calibration_of, choose_weight, figures_in_words, keep
    from evaluation.evidence_scores import WEIGHTS, weight_scores
    from rag.settings import DEFAULT_DENSE_WEIGHT

    levels = gold_levels(asked)
    if not levels:
        note("No question of the set has gold, so a fusion weight cannot be told.")
        return []
    note(f"Searching with both arms for {len(asked.questions):,} questions.")
    scores = weight_scores(system, asked, levels[0], scoped=scoped)
    curve = choose_weight(WEIGHTS, scores, DEFAULT_DENSE_WEIGHT, seed)
    means = ", ".join(f"{weight:g}: {mean:.3f}" for weight, mean in curve.means[::2])
    found = calibration_of(
        system.store,
        "dense_weight",
        curve.weight,
        asked,
        {
            "measured by": f"{levels[0]}.ndcg@10",
            "mean by weight": means,
            "gain over the default, on questions it was not chosen on": figures_in_words(curve.gain),
        },
    )
    if curve.gain.mean <= 0:
        note(
            f"A fusion weight of {curve.weight:g} does best on all questions, and no better than the default "
            f"on those it was not chosen on ({figures_in_words(curve.gain)}): the default stays."
        )
        return []
    if not dry_run:
        keep(system.store, found)
    return [found]
