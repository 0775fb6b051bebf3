"""`refdesk eval calibrate`: thresholds out of labelled questions, kept with the collection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, Verbose, opened
from apps.cli.evaluation.options import Scoped, Seed
from apps.cli.evaluation.progress import shown_count
from apps.cli.screen import note, write, write_json
from apps.errors import WrongUse
from apps.settings import settings_from

if TYPE_CHECKING:
    from evaluation.collection_system import CollectionSystem
    from evaluation.types import Question, QuestionSet
    from rag import Settings
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
        help="The evidence, and the model's own state, below which a question is refused; or how the two "
        "ways of searching are weighed.",
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
MostRead = Annotated[
    int,
    typer.Option(
        "--read",
        metavar="N",
        min=0,
        help="The model reads the passages of N questions of each kind, drawn by the seed, which takes "
        "seconds each; 0: its state is left as it is.",
    ),
]
Forget = Annotated[bool, typer.Option("--forget", help="Go back to the defaults.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be kept, and keep nothing.")]

_NOTHING_KEPT = "Nothing was changed: --dry-run."


def calibrate(
    question_set: LabelledSet = None,
    collection: CollectionName = "default",
    what: What = "all",
    most_false: MostFalse = 0.05,
    most_read: MostRead = 100,
    scoped: Scoped = False,
    forget: Forget = False,
    dry_run: DryRun = False,
    seed: Seed = 0,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Fit a collection's thresholds to labelled questions about it.

    What is chosen is judged on questions that it was not chosen on. A fusion weight that is not shown to be
    better there than the default is not kept. The values lie with the collection, with their evidence, and
    hold until it is embedded anew.

    \b
    Examples:
      refdesk eval calibrate questions.csv -c work
      refdesk eval calibrate -c work
    """
    with errors_in_words(as_json, verbose):
        from evaluation.calibration import calibrations, forget_calibration, keep
        from evaluation.datasets import drawn, load_question_set
        from ingest.store.store import Store

        wanted = _wanted(what)
        settings = settings_from()
        with closing(_system(collection, settings)) as system:
            if forget:
                for name in () if dry_run else wanted:
                    forget_calibration(system.store, name)
                write_or_json([], as_json, _NOTHING_KEPT if dry_run else "Forgotten. The defaults hold.")
                return
            if question_set is None:
                found = list(calibrations(system.store, _judge_identity(settings) or ""))
                write_or_json(found, as_json, "" if found else "Not calibrated: the defaults hold.")
                return
            asked = load_question_set(question_set)
            chosen = []
            weight = None
            if "dense_weight" in wanted:
                with _told_where_more_is_wanted(wanted):
                    weight = _fusion(system, asked, scoped, seed)
            if weight is not None:
                chosen.append(weight)
                # What speaks for an answer is then looked for among the hits of that weight.
                settings = replace(settings, retrieval=replace(settings.retrieval, dense_weight=weight.value))
        if "minimum_evidence" in wanted:
            with closing(_system(collection, settings)) as system, _told_where_more_is_wanted(wanted):
                chosen.append(_refusals(system, asked, most_false, scoped, seed))
        judge = _judge_identity(settings) if "minimum_answerability" in wanted and most_read else None
        if judge is not None:
            settings = replace(
                settings, answer=replace(settings.answer, minimum_evidence=0.0, minimum_answerability=1.0)
            )
            with closing(_system(collection, settings)) as system, _told_where_more_is_wanted(wanted):
                read = drawn(asked, answerable=most_read, unanswerable=most_read, seed=seed)
                chosen.append(_own_state(system, read, most_false, scoped, seed, judge))
        if not dry_run:
            with opened(collection) as documents, Store.open(documents.folder) as store:
                for calibration in chosen:
                    keep(store, calibration)
        write_or_json(chosen, as_json, _NOTHING_KEPT if dry_run else "")


@contextmanager
def _told_where_more_is_wanted(wanted: list[CalibrationName]) -> Iterator[None]:
    """What cannot be told from these questions is no error where something else may be."""
    from evaluation.errors import NothingToCalibrate

    try:
        yield
    except NothingToCalibrate as error:
        if len(wanted) == 1:
            raise
        note(str(error))


def _system(collection: str, settings: Settings) -> CollectionSystem:
    from evaluation.assembly import build_system
    from rag import open_collection

    return build_system(open_collection(collection, settings))


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
        "refusals": ["minimum_evidence", "minimum_answerability"],
        "fusion": ["dense_weight"],
        "all": ["minimum_evidence", "minimum_answerability", "dense_weight"],
    }
    if what not in known:
        raise WrongUse(f"--what is refusals, fusion or all, not {what!r}.")
    return known[what]


def _refusals(
    system: CollectionSystem, asked: QuestionSet, most_false: float, scoped: bool, seed: int
) -> Calibration:
    from evaluation.calibration import enough_for_threshold
    from evaluation.evidence_scores import evidence_of

    known, unknown = _of_both_kinds(system, asked, scoped)
    enough_for_threshold(len(known), len(unknown))
    with shown_count("Evidence") as told:
        scores = evidence_of(system, [*known, *unknown], scoped=scoped, told=told)
    halves = scores[: len(known)], scores[len(known) :]
    return _threshold(system, "minimum_evidence", asked, halves, most_false, seed)


def _own_state(
    system: CollectionSystem, asked: QuestionSet, most_false: float, scoped: bool, seed: int, judge: str
) -> Calibration:
    from evaluation.calibration import enough_for_threshold
    from evaluation.evidence_scores import answerability_of

    known, unknown = _of_both_kinds(system, asked, scoped)
    enough_for_threshold(len(known), len(unknown))
    system.load(answers=True)
    with shown_count("The model's state") as told:
        scores = answerability_of(system, [*known, *unknown], scoped=scoped, told=told)
    halves = scores[: len(known)], scores[len(known) :]
    return _threshold(system, "minimum_answerability", asked, halves, most_false, seed, judge)


def _judge_identity(settings: Settings) -> str | None:
    """Of what reads the model's state; None where nothing does."""
    from rag.assembly import Engines

    with closing(Engines(settings)) as engines:
        judge = engines.judge()
    return None if judge is None else judge.identity


def _of_both_kinds(
    system: CollectionSystem, asked: QuestionSet, scoped: bool
) -> tuple[list[Question], list[Question]]:
    """Those that have an answer, and those that have none."""
    questions = _askable(system, asked, scoped)
    known = [question for question in questions if question.answerable]
    return known, [question for question in questions if not question.answerable]


def _threshold(
    system: CollectionSystem,
    name: CalibrationName,
    asked: QuestionSet,
    scores: tuple[list[float], list[float]],
    most_false: float,
    seed: int,
    judge: str = "",
) -> Calibration:
    """`scores` are those of the answerable questions and those of the others."""
    from evaluation.calibration import calibration_of, choose_threshold, figures_in_words

    curve = choose_threshold(*scores, most_false, seed)
    figures = {
        "false refusals allowed": f"{most_false:g}",
        "false refusals, on questions it was not chosen on": figures_in_words(curve.false_refusals),
        "true refusals, on questions it was not chosen on": figures_in_words(curve.true_refusals),
        "area under the curve (AUROC)": f"{curve.area:.3f}",
    }
    return calibration_of(system.store, name, curve.threshold, asked, figures, judge)


def _fusion(system: CollectionSystem, asked: QuestionSet, scoped: bool, seed: int) -> Calibration | None:
    """None where no weight is shown to be better than the default."""
    from evaluation.assembly import gold_levels
    from evaluation.calibration import calibration_of, choose_weight, figures_in_words
    from evaluation.evidence_scores import WEIGHTS, weight_scores
    from rag.settings import DEFAULT_DENSE_WEIGHT

    levels = gold_levels(asked)
    if not levels:
        note("No question of the set has gold, so a fusion weight cannot be told.")
        return None
    with shown_count("Both arms") as told:
        questions = _askable(system, asked, scoped)
        scores = weight_scores(system, questions, levels[0], scoped=scoped, told=told)
    curve = choose_weight(WEIGHTS, scores, DEFAULT_DENSE_WEIGHT, seed)
    if curve.gain.low <= 0:
        note(
            f"A fusion weight of {curve.weight:g} does best on all questions, and is not shown to be better "
            f"than the default on those it was not chosen on: a gain of {figures_in_words(curve.gain)}. "
            "The default stays."
        )
        return None
    return calibration_of(
        system.store,
        "dense_weight",
        curve.weight,
        asked,
        {
            "measured by": f"{levels[0]}.ndcg@10",
            "mean by weight": ", ".join(f"{weight:g}: {mean:.3f}" for weight, mean in curve.means[::2]),
            "gain over the default, on questions it was not chosen on": figures_in_words(curve.gain),
        },
    )


def _askable(system: CollectionSystem, asked: QuestionSet, scoped: bool) -> tuple[Question, ...]:
    from evaluation.evidence_scores import askable

    questions = askable(system, asked.questions, scoped=scoped)
    if left := len(asked.questions) - len(questions):
        note(f"{left} questions are about documents that the collection does not hold, and are left out.")
    return questions
