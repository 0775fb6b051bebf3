"""What all raters together said of one task."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.intervals import bootstrap_intervals, difference_intervals
from evaluation.randomisation import randomisation_p_values
from evaluation.rating.raters_agreement import Measure, RatersAgreement, raters_agreement
from evaluation.rating.ratings_file import HIGHEST_GRADE, LOWEST_GRADE, Choice, Rating
from evaluation.rating.tasks import RatingTask
from evaluation.rating.win_rates import Preference, preference
from evaluation.verdicts import Estimate

#: Below so many items rated by two or more, agreement is hardly known.
_FEWEST_ITEMS = 30
_SIDE_MATTERS = 0.5
_CODES: Mapping[Choice, int] = {"first": 0, "tie": 1, "second": 2}


@dataclass(frozen=True, slots=True)
class RunGrade:
    """A run's mean grade over items; an item's is the mean of its raters."""

    run: str
    grade: Estimate


@dataclass(frozen=True, slots=True)
class GradeDifference:
    """The second run's mean grade less the first's, over the questions that were graded for both."""

    difference: Estimate
    p_value: float


@dataclass(frozen=True, slots=True)
class RatingResults:
    """`rated` counts items by rater. Of the rest, what the task's kind does not have is None or empty."""

    task: RatingTask
    rated: Mapping[str, int]
    agreement: RatersAgreement | None
    preference: Preference | None
    grades: tuple[RunGrade, ...]
    grade_difference: GradeDifference | None
    warnings: tuple[str, ...]


def rating_results(task: RatingTask, ratings: Sequence[Rating], seed: int = 0) -> RatingResults:
    """Agreement where there are two raters or more, and what they prefer or how they grade."""
    known = {item.id for item in task.items}
    counted = [rating for rating in ratings if rating.item in known]
    values: dict[str, dict[str, int]] = {}
    for rating in counted:
        code = rating.grade if rating.choice is None else _CODES[rating.choice]
        if code is not None:
            values.setdefault(rating.rater, {})[rating.item] = code
    rated = {rater: len(own) for rater, own in values.items()}
    measure: Measure = "nominal" if task.kind == "pairs" else "ordinal"
    agreement = raters_agreement(values, measure, seed) if len(values) > 1 else None
    won = preference(counted, seed) if task.kind == "pairs" else None
    return RatingResults(
        task=task,
        rated=rated,
        agreement=agreement,
        preference=won,
        grades=_grades(task, counted, seed) if task.kind == "scale" else (),
        grade_difference=_difference(task, counted, seed) if task.kind == "scale" else None,
        warnings=tuple(_warnings(task, rated, agreement, won)),
    )


def _grades(task: RatingTask, ratings: Sequence[Rating], seed: int) -> tuple[RunGrade, ...]:
    means = _item_means(ratings)
    found = []
    for run in task.runs:
        own = [means[item.id] for item in task.items if item.answers[0].run == run and item.id in means]
        if own:
            low, high = bootstrap_intervals(own, lowest=LOWEST_GRADE, highest=HIGHEST_GRADE, seed=seed)
            found.append(
                RunGrade(run, Estimate(math.fsum(own) / len(own), float(low), float(high), len(own)))
            )
    return tuple(found)


def _difference(task: RatingTask, ratings: Sequence[Rating], seed: int) -> GradeDifference | None:
    means = _item_means(ratings)
    by_question: dict[str, list[float]] = {}
    for item in task.items:  # an item's id is the run's number, a stroke, the question's id
        if item.id in means:
            by_question.setdefault(item.id.partition("/")[2], []).append(means[item.id])
    pairs = [own for own in by_question.values() if len(own) == 2]
    if not pairs:
        return None
    differences = np.array([second - first for first, second in pairs])
    low, high = difference_intervals(differences, span=HIGHEST_GRADE - LOWEST_GRADE, seed=seed)
    estimate = Estimate(float(differences.mean()), float(low), float(high), len(differences))
    return GradeDifference(estimate, float(randomisation_p_values(differences, seed=seed)))


def _item_means(ratings: Sequence[Rating]) -> dict[str, float]:
    by_item: dict[str, list[int]] = {}
    for rating in ratings:
        if rating.grade is not None:
            by_item.setdefault(rating.item, []).append(rating.grade)
    return {item: math.fsum(own) / len(own) for item, own in by_item.items()}


def _warnings(
    task: RatingTask, rated: Mapping[str, int], agreement: RatersAgreement | None, won: Preference | None
) -> list[str]:
    found = []
    if not rated:
        found.append("Nobody has rated anything yet.")
    for rater, count in rated.items():
        if count < len(task.items):
            found.append(f"{rater} has rated {count} of {len(task.items)}.")
    if len(rated) == 1:
        found.append("One rater alone: nobody knows how far another would agree.")
    if agreement is not None and agreement.items < _FEWEST_ITEMS:
        found.append(f"Only {agreement.items} items were rated by two or more: agreement is hardly known.")
    if won is not None and won.left.total and not won.left.low <= _SIDE_MATTERS <= won.left.high:
        side = "left" if (won.left.share or 0.0) > _SIDE_MATTERS else "right"
        found.append(f"The answer on the {side} won more often than chance gives: its place has mattered.")
    if task.equal_answers:
        found.append(
            f"{task.equal_answers} questions have the same answer in both runs; they were not shown and "
            "count nowhere here."
        )
    return found
