"""What changed between two runs, and whether that is more than chance."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace

import pytest

from evaluation.comparison import compare, corrected
from evaluation.errors import NotComparable
from evaluation.provenance import IN_TURNS
from evaluation.types import Gold, Metric, Question
from tests.evaluation.conftest import NDCG, SECONDS, MadeRun

HIT = Metric("page.hit@5", "Hit rate@5", "retrieval")


def test_a_difference_is_of_the_same_questions(made_run: MadeRun) -> None:
    first = made_run({NDCG: [0.0, 0.5, 1.0, None]}, "first")
    second = made_run({NDCG: [1.0, 0.5, 0.5, 1.0]}, "second")
    (change,) = compare(first, second).changes
    assert change.difference.mean == pytest.approx((1.0 + 0.0 - 0.5) / 3)
    assert change.difference.count == 3
    assert (change.first.mean, change.second.mean) == (1.5 / 3, 2.0 / 3)
    assert (change.better, change.equal, change.worse) == (1, 1, 1)
    differences = [1.0, 0.0, -0.5]
    assert change.effect_size == pytest.approx(statistics.fmean(differences) / statistics.stdev(differences))


def test_a_small_sample_is_tested_exactly(made_run: MadeRun) -> None:
    first = made_run({NDCG: [0.0] * 6})
    second = made_run({NDCG: [0.25] * 6})
    (change,) = compare(first, second).changes
    assert change.p_value == 2 / 2**6  # all signs alike, one way or the other
    assert change.verdict == "better"


def test_for_seconds_less_is_better(made_run: MadeRun) -> None:
    slow, fast = made_run({SECONDS: [2.0] * 8}), made_run({SECONDS: [1.0] * 8})
    (quicker,) = compare(slow, fast).changes
    (slower,) = compare(fast, slow).changes
    assert (quicker.verdict, quicker.better, quicker.difference.mean) == ("better", 8, -1.0)
    assert (slower.verdict, slower.worse) == ("worse", 8)
    assert quicker.sought_difference == pytest.approx(0.05 * 2.0)


def test_p_values_are_corrected_for_the_metrics_that_are_compared(made_run: MadeRun) -> None:
    values = [0.0] * 6, [0.25] * 6
    first = made_run({NDCG: values[0], HIT: values[0], SECONDS: values[0]})
    second = made_run({NDCG: values[1], HIT: values[1], SECONDS: values[1]})
    p = 2 / 2**6
    assert [change.adjusted_p for change in compare(first, second).changes] == [3 * p] * 3
    (alone,) = compare(first, second, metrics=["page.hit@5"]).changes
    assert (alone.metric, alone.adjusted_p) == (HIT, p)


def test_equal_runs_show_no_difference(made_run: MadeRun) -> None:
    run = made_run({NDCG: [0.1 * n for n in range(10)]})
    (change,) = compare(run, run).changes
    assert (change.p_value, change.verdict, change.effect_size) == (1.0, "no difference shown", None)
    assert change.difference.low < 0 < change.difference.high


def test_variants_are_corrected_together(made_run: MadeRun) -> None:
    first, second = made_run({NDCG: [0.0] * 6}), made_run({NDCG: [0.25] * 6})
    changes = compare(first, second).changes
    three = corrected([changes, changes, changes])
    assert [each[0].adjusted_p for each in three] == [3 * 2 / 2**6] * 3
    assert three[0][0].verdict == "no difference shown"
    assert changes[0].verdict == "better"


def test_slices_tell_their_own_difference(made_run: MadeRun) -> None:
    kinds = [(("type", "a" if n < 4 else "b"),) for n in range(8)]
    first = made_run({NDCG: [0.0] * 8}, labels=kinds)
    second = made_run({NDCG: [1.0] * 4 + [0.0] * 4}, labels=kinds)
    found = {change.value: change for change in compare(first, second).slices if change.label == "type"}
    assert (found["a"].difference.mean, found["b"].difference.mean) == (1.0, 0.0)
    assert found["a"].too_small


def test_questions_of_one_run_only_are_left_out_and_told(made_run: MadeRun) -> None:
    first, second = made_run({NDCG: [0.0] * 6}), made_run({NDCG: [0.0] * 4})
    comparison = compare(first, second)
    assert comparison.unpaired == ("q4", "q5")
    assert comparison.changes[0].difference.count == 4
    assert "2 questions were asked in one run only" in comparison.warnings[0]


def test_runs_that_share_nothing_cannot_be_compared(made_run: MadeRun) -> None:
    first, second = made_run({NDCG: [0.0]}), made_run({NDCG: [0.0]})
    others = replace(second, rows=(replace(second.rows[0], question=Question("x", "X?")),))
    with pytest.raises(NotComparable, match="no question in common"):
        compare(first, others)
    renamed = replace(second, rows=(replace(second.rows[0], question=Question("q0", "Other?")),))
    with pytest.raises(NotComparable, match="'q0' is 'Question 0"):
        compare(first, renamed)


def test_other_gold_is_another_question(made_run: MadeRun) -> None:
    run = made_run({NDCG: [0.0] * 2})
    question = run.rows[1].question
    for other in (
        replace(question, answers=("48",)),
        replace(question, answerable=False),
        replace(question, gold_sentences=("A tow costs 48.",)),
        replace(question, gold=(Gold("a.pdf", 2),)),
    ):
        edited = replace(run, rows=(run.rows[0], replace(run.rows[1], question=other)))
        with pytest.raises(NotComparable, match="'q1' has other gold"):
            compare(run, edited)
    moved = [replace(question, gold=(Gold(f"/{place}/a.pdf", 2),)) for place in ("here", "there")]
    here, there = (replace(run, rows=(replace(run.rows[1], question=one),)) for one in moved)
    assert compare(here, there).changes


def test_scores_by_different_rules_are_not_compared(made_run: MadeRun) -> None:
    run = made_run({NDCG: [0.0] * 2, HIT: [0.0] * 2})
    other = replace(run, manifest=replace(run.manifest, facts={"scored page.hit@5": "another model"}))
    assert [change.metric for change in compare(run, other).changes] == [NDCG]
    with pytest.raises(NotComparable, match=r"'page\.hit@5' is not in both runs, scored in the same way"):
        compare(run, other, metrics=["page.hit@5"])


def test_scores_that_one_run_lacks_are_told(made_run: MadeRun) -> None:
    first, second = made_run({NDCG: [1.0] * 40}), made_run({NDCG: [1.0] * 30 + [None] * 10})
    assert any("10 questions in the first run only" in warning for warning in compare(first, second).warnings)


def test_more_metrics_take_more_questions(made_run: MadeRun) -> None:
    values = [0.0, 1.0] * 20, [0.5, 0.5] * 20
    first = made_run({NDCG: values[0], HIT: values[0]})
    second = made_run({NDCG: values[1], HIT: values[1]})
    (alone,) = compare(first, second, metrics=["page.hit@5"]).changes
    together = compare(first, second).changes
    assert together[1].questions_needed > alone.questions_needed


def test_times_of_runs_that_were_not_made_in_turns_are_doubted(made_run: MadeRun) -> None:
    values = {SECONDS: [1.0] * 40}
    doubted = compare(made_run(values), made_run(values))
    assert any("not made in turns" in warning for warning in doubted.warnings)
    together = {IN_TURNS: "a, b"}
    trusted = compare(made_run(values, surroundings=together), made_run(values, surroundings=together))
    assert not trusted.warnings


def test_the_number_of_questions_needed_follows_what_is_sought(made_run: MadeRun) -> None:
    first = made_run({NDCG: [0.0, 1.0] * 20})
    second = made_run({NDCG: [0.5, 0.5] * 20})
    few = compare(first, second, sought_differences={"page.ndcg@10": 0.2}).changes[0]
    many = compare(first, second, sought_differences={"page.ndcg@10": 0.02}).changes[0]
    assert many.questions_needed > 20 * few.questions_needed
    assert math.isfinite(many.questions_needed)
