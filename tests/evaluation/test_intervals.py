"""Intervals of means and of mean differences, against arithmetic and at their edges."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from evaluation.intervals import bootstrap_intervals, difference_intervals


def binomial_tail(count: int, share: float, at_least: int) -> float:
    """The chance of at least so many of `count` when each comes with that share."""
    return sum(
        comb(count, hits) * share**hits * (1 - share) ** (count - hits) for hits in range(at_least, count + 1)
    )


def test_a_rate_has_the_interval_of_its_beta_distribution() -> None:
    # 3 of 10 right: Beta(3 + 1, 7 + 1), and Beta(4, 8) lies below x when 4 or more of 11 do.
    low, high = bootstrap_intervals([1.0] * 3 + [0.0] * 7, lowest=0.0, highest=1.0, resamples=40_000)
    assert binomial_tail(11, float(low), 4) == pytest.approx(0.025, abs=0.004)
    assert binomial_tail(11, float(high), 4) == pytest.approx(0.975, abs=0.004)


def test_a_wider_level_has_a_wider_interval() -> None:
    values = np.linspace(0.2, 0.9, 30)
    narrow_low, narrow_high = bootstrap_intervals(values, lowest=0.0, highest=1.0, level=0.5)
    wide_low, wide_high = bootstrap_intervals(values, lowest=0.0, highest=1.0, level=0.99)
    assert wide_low < narrow_low < values.mean() < narrow_high < wide_high


@pytest.mark.parametrize("count", [1, 2, 5, 100])
@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_equal_scores_within_bounds_have_an_interval_of_some_width(count: int, value: float) -> None:
    low, high = bootstrap_intervals([value] * count, lowest=0.0, highest=1.0)
    assert 0 <= low <= value <= high <= 1
    # All right is Beta(n + 1, 1), whose 2.5% quantile is .025 ** (1 / (n + 1)).
    assert high - low > 0.5 * (1 - 0.025 ** (1 / (count + 1)))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_equal_seconds_have_no_width_and_no_error(count: int) -> None:
    low, high = bootstrap_intervals([1.5] * count, lowest=0.0)
    assert low == pytest.approx(1.5)
    assert high == pytest.approx(1.5)


@pytest.mark.parametrize("count", [2, 5, 30])
def test_seconds_reach_farther_up_than_down_and_not_below_their_bound(count: int) -> None:
    values = np.random.default_rng(1).lognormal(0.0, 1.0, (count, 50))
    low, high = bootstrap_intervals(values, lowest=0.0)
    means = values.mean(axis=0)
    assert (low >= 0).all()
    assert (low < means).all()
    assert (high < values.max(axis=0) * 2).all()
    upwards = (high - means) > (means - low)
    assert upwards[values.max(axis=0) - means > means - values.min(axis=0)].all()


def test_scores_that_are_turned_over_have_the_interval_turned_over() -> None:
    values = np.random.default_rng(2).lognormal(0.0, 1.0, 50)
    low, high = bootstrap_intervals(values, resamples=20_000)
    turned_low, turned_high = bootstrap_intervals(-values, resamples=20_000)
    assert (-turned_high, -turned_low) == (pytest.approx(low, rel=0.02), pytest.approx(high, rel=0.02))


def test_a_column_alone_has_the_interval_it_has_among_others() -> None:
    values = np.random.default_rng(3).random((40, 3))
    low, high = bootstrap_intervals(values, lowest=0.0, highest=1.0, seed=5)
    assert low.shape == high.shape == (3,)
    for column in range(3):
        alone = bootstrap_intervals(values[:, column], lowest=0.0, highest=1.0, seed=5)
        assert alone == (pytest.approx(low[column]), pytest.approx(high[column]))


def test_a_seed_decides_the_interval() -> None:
    values = np.random.default_rng(4).random(40)
    first = bootstrap_intervals(values, lowest=0.0, highest=1.0, seed=1)
    assert bootstrap_intervals(values, lowest=0.0, highest=1.0, seed=1) == first
    assert bootstrap_intervals(values, lowest=0.0, highest=1.0, seed=2) != first


@pytest.mark.parametrize("values", [[], [0.5, float("nan")], [0.5, float("inf")], 0.5])
def test_what_has_no_mean_is_refused(values: object) -> None:
    with pytest.raises(ValueError, match=r"question|finite"):
        bootstrap_intervals(values, lowest=0.0, highest=1.0)  # type: ignore[arg-type] # wrong on purpose


def test_a_level_of_95_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        bootstrap_intervals([0.5], level=95)


def test_differences_that_are_turned_over_have_the_interval_turned_over() -> None:
    differences = np.array([0.0] * 20 + [-1.0] * 3 + [0.2] * 4)
    low, high = difference_intervals(differences, span=1.0, resamples=20_000)
    turned_low, turned_high = difference_intervals(-differences, span=1.0, resamples=20_000)
    assert (-turned_high, -turned_low) == (pytest.approx(low, rel=0.05), pytest.approx(high, rel=0.05))


def test_equal_systems_may_differ_by_what_their_metric_spans() -> None:
    low, high = difference_intervals([0.0] * 100, span=1.0)
    doubled = difference_intervals([0.0] * 100, span=2.0)
    # The ends weigh half an observation each, on average, beside 100 of no difference: .5 / 101 is .005, and
    # the quantile of so skewed a weight some times that.
    assert 0.005 < high < 0.03
    assert low == pytest.approx(-high, rel=0.2)
    assert doubled == (pytest.approx(2 * low), pytest.approx(2 * high))


def test_small_differences_have_a_small_interval() -> None:
    # If the metric's span were added instead, it would reach half a hundredth and more.
    low, high = difference_intervals([0.01, -0.01] * 50, span=1.0)
    assert -0.003 < low < 0 < high < 0.003


def test_equal_seconds_do_not_differ() -> None:
    assert difference_intervals([0.0, 0.0]) == (0.0, 0.0)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_differences_have_an_interval_around_their_mean(count: int) -> None:
    low, high = difference_intervals([-0.25] * count, span=1.0)
    assert -1 <= low <= -0.25 < high < 0.25
