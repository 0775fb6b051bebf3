"""A judge beside people and beside what needs no language model, and what is kept of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.errors import NothingToJudge
from evaluation.judging.baselines import likenesses
from evaluation.judging.cuts import answer_classes, best_margin, best_threshold, preference_classes
from evaluation.judging.judge import Judge
from evaluation.judging.labelled import drawn_of_halves, half_of, load_labelled
from evaluation.judging.measuring import JudgeMeasurement, measure_judge
from evaluation.judging.rubric_file import load_rubric
from evaluation.judging.trust import keep_measurement, measurements_of, trust_of, verdict_in_words
from generators.text.scripted import ScriptedGenerator
from ingest.embedding.hashing import HashingEmbedder
from tests.evaluation.judging.conftest import Opinion

FAITHFUL, CORRECT = load_rubric("faithful"), load_rubric("correct")
BY_WORDS = {name: one for name, one in likenesses(HashingEmbedder()).items() if name != "ROUGE-L"}
#: What judges by chance: by a letter that has nothing to do with the matter.
BLIND = {"blind": lambda answer, held_against: float(len(held_against) % 7)}


def sure(share: float, of: tuple[str, ...], best: str) -> dict[str, float]:
    rest = (1 - share) / (len(of) - 1)
    return {name: math.log(share if name == best else rest) for name in of}


def knows(prompt: str) -> dict[str, float]:
    """Tells answers that repeat their text, or the gold answer, from others."""
    if "Answer A" in prompt:
        good_first = "Answer A: The lock" in prompt
        good_second = "Answer B: The lock" in prompt
        if good_first == good_second:
            return sure(0.5, ("A", "B"), "A")
        return sure(0.9, ("A", "B"), "A" if good_first else "B")
    good = "Answer: The" in prompt
    if "digit" in prompt:
        return sure(0.9, ("1", "2", "3", "4", "5"), "5" if good else "1")
    return sure(0.9, ("Yes", "No"), "Yes" if good else "No")


def always_yes(prompt: str) -> dict[str, float]:
    return sure(0.9, ("Yes", "No", "A", "B", "1", "2", "3", "4", "5"), "5" if "digit" in prompt else "Yes")


def test_likenesses_are_one_for_the_same_and_zero_for_nothing() -> None:
    for name, likeness in likenesses(HashingEmbedder()).items():
        assert likeness("the gate closes at nine", "the gate closes at nine") == pytest.approx(1.0), name
        assert likeness("", "the gate") == 0.0, name
        near, far = (
            likeness("the gate closes", "the gate closes at nine"),
            likeness("mills", "the gate closes"),
        )
        assert near > far, name


def test_a_threshold_is_chosen_for_the_highest_kappa() -> None:
    # Above 0.55 all are good, and below one of four is: no other cut agrees as often.
    scores, good = [0.1, 0.2, 0.3, 0.4, 0.7, 0.9], [False, True, False, False, True, True]
    threshold = best_threshold(scores, good)
    assert threshold == pytest.approx((0.4 + 0.7) / 2)
    assert answer_classes(scores, threshold) == [0, 0, 0, 0, 1, 1]
    assert best_threshold([0.5, 0.5], [True, False]) == 0.5


def test_a_margin_is_chosen_for_the_highest_quadratic_kappa() -> None:
    preferences, people = [-0.8, -0.1, 0.05, 0.1, 0.6], [-1, 0, 0, 0, 1]
    margin = best_margin(preferences, people)
    assert margin == pytest.approx((0.1 + 0.6) / 2)
    assert preference_classes(preferences, margin) == [0, 1, 1, 1, 2]
    assert best_margin([0.1, -0.3], [1, -1]) == 0.0


def test_a_judge_that_knows_is_measured_on_the_other_half(
    telling_judge: Callable[[Opinion], Judge], attribution_folder: Path
) -> None:
    labelled = load_labelled(attribution_folder, "faithful")
    told: list[tuple[int, int]] = []
    found = measure_judge(
        telling_judge(knows), FAITHFUL, labelled, BLIND, told=lambda done, total: told.append((done, total))
    )
    odd = sum(half_of(item.group) == "odd" for item in labelled.items)
    assert (found.items, found.chosen_on, found.unread) == (odd, 80 - odd, 0)
    assert found.model.kappa.kappa == 1.0
    assert found.model.kappa == found.model.plain, "two classes have no order"
    assert found.people is None
    assert [one.name for one in found.baselines] == ["blind"]
    assert found.no_better_than == ()
    assert told[-1] == (80, 80)
    other = measure_judge(telling_judge(knows), FAITHFUL, labelled, BLIND, half="even")
    assert (other.items, other.chosen_on) == (80 - odd, odd)


def test_a_judge_that_says_yes_to_all_agrees_with_nobody(
    telling_judge: Callable[[Opinion], Judge], attribution_folder: Path
) -> None:
    labelled = load_labelled(attribution_folder, "faithful")
    found = measure_judge(telling_judge(always_yes), FAITHFUL, labelled, BY_WORDS)
    assert found.model.kappa.kappa == 0.0
    assert found.baselines[0].kappa.kappa == 1.0, "counting words is enough here"
    assert found.no_better_than == tuple(BY_WORDS)
    words = " ".join(verdict_in_words(found))
    assert "no better than token F1" in words
    assert "Not to be trusted" in words


@pytest.mark.parametrize("way", ["pointwise", "pairwise"])
def test_pairs_are_judged_in_both_ways(
    telling_judge: Callable[[Opinion], Judge], pairs_folder: Path, way: str
) -> None:
    labelled = load_labelled(pairs_folder, "correct")
    found = measure_judge(telling_judge(knows), CORRECT, labelled, BLIND, way=way)  # type: ignore[arg-type]
    assert found.model.kappa.kappa == 1.0
    assert found.people is not None
    assert found.people.kappa == 1.0, "both annotators took the same sides"
    assert (found.judged, found.way) == ("pairs", way)


def test_single_answers_have_no_pairs(
    telling_judge: Callable[[Opinion], Judge], attribution_folder: Path
) -> None:
    with pytest.raises(NothingToJudge, match="no pairs"):
        measure_judge(
            telling_judge(knows),
            FAITHFUL,
            load_labelled(attribution_folder, "faithful"),
            BLIND,
            way="pairwise",
        )


def test_what_cannot_be_read_is_left_out_for_all(attribution_folder: Path) -> None:
    labelled = load_labelled(attribution_folder, "faithful")
    silent = Judge(ScriptedGenerator(lambda request: "Hm."), "x")
    with pytest.raises(NothingToJudge, match="No reply"):
        measure_judge(silent, FAITHFUL, labelled, BLIND)
    sometimes = Judge(
        ScriptedGenerator(lambda request: "Hm." if "bridge 7 " in request.messages[-1].content else "Yes"),
        "x",
    )
    found = measure_judge(sometimes, FAITHFUL, labelled, BLIND)
    assert (found.unread, found.items + found.chosen_on) == (1, 79)


def test_too_few_items_decide_nothing(
    telling_judge: Callable[[Opinion], Judge], attribution_folder: Path
) -> None:
    labelled = drawn_of_halves(load_labelled(attribution_folder, "faithful"), 1)
    with pytest.raises(NothingToJudge, match="2 are needed"):
        measure_judge(telling_judge(knows), FAITHFUL, labelled, BLIND)


@pytest.fixture
def measured(
    home: Path, telling_judge: Callable[[Opinion], Judge], attribution_folder: Path
) -> JudgeMeasurement:
    labelled = load_labelled(attribution_folder, "faithful")
    return measure_judge(telling_judge(knows), FAITHFUL, labelled, BLIND)


def test_a_measurement_is_kept_for_this_judge_and_just_this_rubric(measured: JudgeMeasurement) -> None:
    assert measurements_of(measured.judge, FAITHFUL) == ()
    assert keep_measurement(measured)
    assert measurements_of(measured.judge, FAITHFUL) == (measured,)
    assert measurements_of("another", FAITHFUL) == ()
    assert measurements_of(measured.judge, CORRECT) == ()
    assert measurements_of(measured.judge, replace(FAITHFUL, sha256="other words")) == ()
    assert measurements_of(measured.judge, FAITHFUL, "pairwise") == ()


def test_fewer_items_do_not_replace_more(measured: JudgeMeasurement) -> None:
    assert keep_measurement(measured)
    assert not keep_measurement(replace(measured, items=measured.items - 1))
    assert measurements_of(measured.judge, FAITHFUL) == (measured,)
    more = replace(measured, items=measured.items + 1)
    assert keep_measurement(more)
    assert measurements_of(measured.judge, FAITHFUL) == (more,)


def test_a_damaged_file_is_passed_over(measured: JudgeMeasurement, home: Path) -> None:
    keep_measurement(measured)
    (home / "evaluation" / "judges" / "0.json").write_text("{}")
    assert measurements_of(measured.judge, FAITHFUL) == (measured,)


def test_trust_needs_a_kappa_that_is_high_enough_and_better_than_words(measured: JudgeMeasurement) -> None:
    assert trust_of((measured,)).trusted
    assert "kappa 1.00" in trust_of((measured,)).words
    low = replace(measured, model=replace(measured.model, kappa=replace(measured.model.kappa, kappa=0.39)))
    assert "below 0.4" in trust_of((low,)).caution
    assert trust_of((low,), least_kappa=0.3).trusted
    gains = {"token F1": replace(measured.advantages["blind"], low=-0.01)}
    assert "token F1" in trust_of((replace(measured, advantages=gains),)).caution
    assert "never measured" in trust_of(()).caution
    assert "12 items only" in trust_of((replace(measured, items=12),)).caution
