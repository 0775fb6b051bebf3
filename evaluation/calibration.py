"""Thresholds out of labelled questions, with what speaks for them, written to the collection's settings.

What is chosen on all questions is judged on questions that it was not chosen on: in five parts, each
judged by a choice on the other four.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from evaluation.errors import NothingToCalibrate
from evaluation.intervals import bootstrap_intervals, difference_intervals
from evaluation.types import QuestionSet
from evaluation.verdicts import Estimate
from ingest.store.store import Store
from rag.calibration import (
    CALIBRATIONS,
    Calibration,
    CalibrationName,
    measured_with,
    read_calibration,
    setting_name,
)

_PARTS = 5
#: Fewer than so many of each kind of question cannot tell one threshold from another.
FEWEST_QUESTIONS = 20

_Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class RefusalCurve:
    """What a threshold on the evidence does. Questions with less evidence than it are refused.

    `area` is the share of pairs of an answerable and an unanswerable question that the evidence puts in the
    right order (AUROC; ties count half). The shares are of questions that the threshold was not chosen on.
    """

    threshold: float
    area: float
    true_refusals: Estimate
    false_refusals: Estimate


@dataclass(frozen=True, slots=True)
class WeightCurve:
    """What each fusion weight is worth: mean scores by weight, and the choice's gain over the default.

    The gain is over questions that the weight was not chosen on.
    """

    weight: float
    means: tuple[tuple[float, float], ...]
    gain: Estimate


def choose_threshold(
    answerable: Sequence[float], unanswerable: Sequence[float], most_false: float, seed: int = 0
) -> RefusalCurve:
    """The highest threshold that refuses at most this share of the answerable questions.

    Raises NothingToCalibrate for too few questions of a kind.
    """
    enough_for_threshold(len(answerable), len(unanswerable))
    known, unknown = np.asarray(answerable, float), np.asarray(unanswerable, float)
    known_parts, unknown_parts = _parts(len(known), seed), _parts(len(unknown), seed + 1)
    falsely, truly = np.zeros(len(known)), np.zeros(len(unknown))
    for part in range(_PARTS):
        threshold = _threshold(known[known_parts != part], most_false)
        falsely[known_parts == part] = known[known_parts == part] < threshold
        truly[unknown_parts == part] = unknown[unknown_parts == part] < threshold
    return RefusalCurve(
        threshold=_threshold(known, most_false),
        area=_area(known, unknown),
        true_refusals=_share(truly, seed),
        false_refusals=_share(falsely, seed),
    )


def enough_for_threshold(answerable: int, unanswerable: int) -> None:
    """Raises NothingToCalibrate for too few questions of a kind."""
    if min(answerable, unanswerable) < FEWEST_QUESTIONS:
        raise NothingToCalibrate(
            f"A refusal threshold takes {FEWEST_QUESTIONS} answerable and as many unanswerable questions; "
            f"here are {answerable} and {unanswerable}."
        )


def choose_weight(
    weights: Sequence[float], scores: _Numbers, default_weight: float, seed: int = 0
) -> WeightCurve:
    """The weight with the best mean. `scores` is [questions, weights], each 0..1, higher better.

    Raises NothingToCalibrate for too few questions; ValueError where the default is not among the weights.
    """
    if len(scores) < FEWEST_QUESTIONS:
        raise NothingToCalibrate(
            f"A fusion weight takes {FEWEST_QUESTIONS} questions with gold; here are {len(scores)}."
        )
    default = list(weights).index(default_weight)
    parts = _parts(len(scores), seed)
    gains = np.zeros(len(scores))
    for part in range(_PARTS):
        chosen = _best(scores[parts != part].mean(axis=0), default)
        gains[parts == part] = scores[parts == part][:, chosen] - scores[parts == part][:, default]
    means = scores.mean(axis=0)
    low, high = difference_intervals(gains, span=1.0, seed=seed)
    return WeightCurve(
        weight=weights[_best(means, default)],
        means=tuple((float(weight), float(mean)) for weight, mean in zip(weights, means, strict=True)),
        gain=Estimate(float(gains.mean()), float(low), float(high), len(gains)),
    )


def calibration_of(
    store: Store,
    name: CalibrationName,
    value: float,
    question_set: QuestionSet,
    figures: Mapping[str, str],
    judge: str = "",
) -> Calibration:
    """A value with its evidence and what it was measured with; `judge` as for `measured_with`."""
    return Calibration(
        name=name,
        value=value,
        measured_with=measured_with(name, store.identity, store.splitter, judge),
        evidence={
            "question set": f"{question_set.name} {question_set.sha256}",
            "questions": str(len(question_set.questions)),
            "generation": str(store.generation()),
            "calibrated": datetime.now(UTC).isoformat(timespec="seconds"),
            **figures,
        },
    )


def keep(store: Store, calibration: Calibration) -> None:
    """Write it to the collection's settings, in place of an earlier one."""
    store.set_setting(setting_name(calibration.name), calibration.to_json())


def calibrations(store: Store, judge: str = "") -> tuple[Calibration, ...]:
    """Those of the collection that hold; `judge` as for `measured_with`."""
    found = (read_calibration(name, store, judge) for name in CALIBRATIONS)
    return tuple(calibration for calibration in found if calibration is not None)


def forget_calibration(store: Store, name: CalibrationName) -> None:
    """Back to the default."""
    store.remove_setting(setting_name(name))


def figures_in_words(estimate: Estimate) -> str:
    return f"{estimate.mean:.3f} ({estimate.low:.3f} to {estimate.high:.3f}, {estimate.count} questions)"


def _threshold(known: _Numbers, most_false: float) -> float:
    """Just at the score below which the allowed share of answerable questions lies."""
    ordered = np.sort(known)
    return float(ordered[min(int(most_false * len(ordered)), len(ordered) - 1)])


def _area(known: _Numbers, unknown: _Numbers) -> float:
    """Mann and Whitney's U over the number of pairs, https://doi.org/10.1214/aoms/1177730491."""
    higher = (known[:, None] > unknown[None, :]).mean()
    equal = (known[:, None] == unknown[None, :]).mean()
    return float(higher + equal / 2)


def _best(means: _Numbers, default: int) -> int:
    """The best mean; of equal ones the default, else the first."""
    best = int(np.argmax(means))
    return default if means[default] >= means[best] else best


def _parts(count: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.int_]]:
    """A part from 0 on for each question, of equal sizes, drawn with the seed."""
    parts = [position % _PARTS for position in range(count)]
    random.Random(seed).shuffle(parts)  # noqa: S311 - a fixed draw, no secret
    return np.asarray(parts)


def _share(values: _Numbers, seed: int) -> Estimate:
    low, high = bootstrap_intervals(values, lowest=0.0, highest=1.0, seed=seed)
    return Estimate(float(values.mean()), float(low), float(high), len(values))
