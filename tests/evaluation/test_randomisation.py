"""The randomisation test and Holm's correction against enumerations done by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from evaluation.randomisation import Tally, holm, randomisation_p_values, tally


def test_all_flips_of_four_differences() -> None:
    # Sums of 1, 2, 3, 4 under 16 flips: only +10 and -10 are as far as 10.
    assert randomisation_p_values([1.0, 2.0, 3.0, 4.0]) == 2 / 16
    # 8: +-10 and +-8 (the 1 flipped).
    assert randomisation_p_values([-1.0, 2.0, 3.0, 4.0]) == 4 / 16


def test_ties_change_nothing() -> None:
    assert randomisation_p_values([1.0, 0.0, 2.0, 0.0, 3.0, 4.0]) == 2 / 16


def test_the_direction_changes_nothing() -> None:
    assert randomisation_p_values([-1.0, -2.0, -3.0, -4.0]) == 2 / 16


@pytest.mark.parametrize("seed", range(5))
def test_exact_p_is_that_of_a_full_enumeration(seed: int) -> None:
    differences = np.random.default_rng(seed).normal(0.3, 1.0, 9).round(1)
    flips = [
        abs(sum(s * d for s, d in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=9)
    ]
    seen = abs(differences.sum())
    assert randomisation_p_values(differences) == sum(flip >= seen - 1e-9 for flip in flips) / 2**9


def test_sums_that_are_equal_but_for_rounding_are_as_far() -> None:
    # .1 + .2 + .3 is not .3 + .2 + .1 in floating point; the two flips are as far as each other.
    assert randomisation_p_values([0.1, 0.2, 0.3]) == 2 / 8
    # One flip of 0.7 against seven of 0.1: the sum is 0, and every flip is as far as that.
    assert randomisation_p_values([0.1] * 7 + [-0.7]) == 1.0


def test_differences_of_rounding_are_none() -> None:
    assert randomisation_p_values([0.1 + 0.2 - 0.3] * 30) == 1.0


def test_equal_systems_have_p_1() -> None:
    assert randomisation_p_values(np.zeros(200)) == 1.0
    assert randomisation_p_values([]) == 1.0


def test_random_flips_come_close_to_all_of_them() -> None:
    differences = np.random.default_rng(7).normal(0.4, 1.0, 12)
    exact = randomisation_p_values(differences, resamples=2**12)
    sampled = randomisation_p_values(differences, resamples=2**12 - 1)
    assert sampled != exact
    assert sampled == pytest.approx(exact, abs=0.02)


def test_p_is_never_0() -> None:
    assert randomisation_p_values(np.ones(300), resamples=999) == 1 / 1000


def test_a_column_alone_has_the_p_value_it_has_among_others() -> None:
    differences = np.random.default_rng(8).normal(0.1, 1.0, (60, 3))
    differences[4:, 1] = 0.0
    together = randomisation_p_values(differences, seed=3)
    assert together.shape == (3,)
    assert list(together) == [float(randomisation_p_values(column, seed=3)) for column in differences.T]
    assert list(together) != list(randomisation_p_values(differences, seed=4))


def test_a_difference_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        randomisation_p_values([0.1, float("nan")])


def test_holm_multiplies_the_smallest_most() -> None:
    assert list(holm([0.01, 0.04, 0.03])) == [3 * 0.01, 2 * 0.03, 2 * 0.03]


def test_holm_is_monotone_and_at_most_1() -> None:
    p_values = np.random.default_rng(9).random(50)
    adjusted = holm(p_values)
    order = np.argsort(p_values)
    assert (np.diff(adjusted[order]) >= 0).all()
    assert (adjusted >= p_values).all()
    assert adjusted.max() == 1.0


def test_holm_of_one_and_of_none() -> None:
    assert list(holm([0.2])) == [0.2]
    assert list(holm([])) == []


def test_a_tally_counts_by_what_is_better() -> None:
    differences = [0.5, -0.1, -0.2, 0.0, 0.1 + 0.2 - 0.3]
    assert tally(differences) == Tally(better=1, equal=2, worse=2)
    assert tally(differences, higher_is_better=False) == Tally(better=2, equal=2, worse=1)
