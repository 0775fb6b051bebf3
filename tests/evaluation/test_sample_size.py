"""Effect sizes, numbers of questions and the differences that these show."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evaluation.sample_size import effect_size, questions_needed

#: Quantiles of the normal distribution: 97.5% and 80%.
HALF_ALPHA, POWER = 1.959964, 0.841621


def test_an_effect_is_the_mean_over_the_deviation() -> None:
    # Mean 2, deviation sqrt((1 + 0 + 1) / 2).
    assert effect_size([1.0, 2.0, 3.0]) == pytest.approx(2 / 1)
    assert effect_size([-1.0, 1.0, -1.0, -1.0]) == pytest.approx(-0.5 / math.sqrt((3 * 0.25 + 2.25) / 3))


@pytest.mark.parametrize("differences", [[], [0.5], [0.0, 0.0], [0.1] * 7])
def test_equal_differences_have_no_effect_size(differences: list[float]) -> None:
    assert effect_size(differences) is None


def test_the_number_of_questions_is_the_formula() -> None:
    # 200 differences of +-.5: variance 200 * .25 / 199, and m4 = .0625 adds nothing to its limit.
    variance = 200 * 0.25 / 199 + (0.1 * 1 - 0.1**2)
    expected = (HALF_ALPHA + POWER) ** 2 * variance / 0.1**2 + HALF_ALPHA**2 / 2
    assert questions_needed([0.5, -0.5] * 100, 0.1, span=1.0) == math.ceil(expected)


def test_rare_differences_are_planned_for_as_more_of_them() -> None:
    # Of 100 differences one is 1: mean .01, variance 100 * .01 * .99 / 99 = .01.
    fourth = 0.01 * 0.99 * (0.99**3 + 0.01**3)
    limit = 0.01 + POWER * math.sqrt((fourth - 0.01**2) / 100)
    expected = (HALF_ALPHA + POWER) ** 2 * (limit + 0.03 - 0.03**2) / 0.03**2 + HALF_ALPHA**2 / 2
    assert questions_needed([1.0] + [0.0] * 99, 0.03, span=1.0) == math.ceil(expected)


def test_where_nothing_differs_three_questions_still_may() -> None:
    variance = 3 / 100 + 0.03 - 0.03**2
    expected = (HALF_ALPHA + POWER) ** 2 * variance / 0.03**2 + HALF_ALPHA**2 / 2
    assert questions_needed([0.0] * 100, 0.03, span=1.0) == math.ceil(expected)
    assert questions_needed([0.0], 0.03, span=1.0) > questions_needed([0.0] * 100, 0.03, span=1.0)


def test_without_a_span_the_largest_difference_stands_for_it() -> None:
    differences = [0.5, -0.25, 0.0, 0.0]
    assert questions_needed(differences, 0.1) == questions_needed(differences, 0.1, span=0.5)


def test_fewer_than_six_signs_cannot_be_significant() -> None:
    # 2 / 2^5 is above .05, 2 / 2^6 is not; for .01 it takes 2 / 2^8.
    assert questions_needed([0.9, 0.9001], 0.9) == 6
    assert questions_needed([0.9, 0.9001], 0.9, alpha=0.01) == 8


def test_less_is_shown_by_more_questions() -> None:
    differences = np.random.default_rng(1).normal(0.0, 0.3, 100)
    needed = [questions_needed(differences, sought, span=1.0) for sought in (0.01, 0.03, 0.1)]
    assert needed == sorted(needed, reverse=True)
    assert questions_needed(differences, 0.03, span=1.0, power=0.9) > needed[1]


@pytest.mark.parametrize("sought", [0.0, -0.1, float("nan")])
def test_a_difference_of_nothing_cannot_be_sought(sought: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        questions_needed([0.1, 0.2], sought)


def test_a_pilot_of_no_questions_is_refused() -> None:
    with pytest.raises(ValueError, match="pilot"):
        questions_needed([], 0.03)
