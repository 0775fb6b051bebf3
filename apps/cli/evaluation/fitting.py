"""What `refdesk eval calibrate` fits: a threshold on the evidence, one on the model's own state, a weight."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from apps.cli.evaluation.progress import shown_count
from apps.cli.screen import note

if TYPE_CHECKING:
    from evaluation.collection_system import CollectionSystem
    from evaluation.types import Question, QuestionSet
    from rag import Settings
    from rag.calibration import Calibration, CalibrationName


def fit_evidence(
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


def fit_own_state(
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


def judge_identity(settings: Settings) -> str | None:
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


def fit_fusion(system: CollectionSystem, asked: QuestionSet, scoped: bool, seed: int) -> Calibration | None:
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
