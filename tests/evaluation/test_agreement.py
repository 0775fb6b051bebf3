"""Cohen's kappa, beside tables worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.agreement import advantage, agreement, cohen_kappa


def raters(*table: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """Two raters' classes out of a table of counts: rows are the first's, columns the second's."""
    pairs = [
        (row, column)
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]
    return [first for first, _ in pairs], [second for _, second in pairs]


def test_kappa_of_two_classes() -> None:
    first, second = raters((20, 5), (10, 15))
    seen = (20 + 15) / 50
    by_chance = (25 / 50) * (30 / 50) + (25 / 50) * (20 / 50)
    assert cohen_kappa(first, second, 2) == pytest.approx((seen - by_chance) / (1 - by_chance))
    assert cohen_kappa(first, second, 2) == pytest.approx(0.4)


def test_with_two_classes_the_order_costs_nothing() -> None:
    first, second = raters((20, 5), (10, 15))
    assert cohen_kappa(first, second, 2, quadratic=True) == pytest.approx(cohen_kappa(first, second, 2))


def test_kappa_of_three_classes_plain_and_quadratic() -> None:
    first, second = raters((4, 1, 0), (2, 3, 1), (1, 0, 8))
    # The first rater's shares are 5, 6 and 9 of 20, the second's 7, 4 and 9 of 20.
    seen = (4 + 3 + 8) / 20
    by_chance = (5 * 7 + 6 * 4 + 9 * 9) / 400
    assert cohen_kappa(first, second, 3) == pytest.approx((seen - by_chance) / (1 - by_chance))
    costs_seen = (1 * (1 + 2 + 1 + 0) + 4 * (0 + 1)) / 20
    costs_by_chance = (1 * (5 * 4 + 6 * 7 + 6 * 9 + 9 * 4) + 4 * (5 * 9 + 9 * 7)) / 400
    assert cohen_kappa(first, second, 3, quadratic=True) == pytest.approx(1 - costs_seen / costs_by_chance)


def test_the_same_as_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    chance = np.random.default_rng(3)
    first, second = chance.integers(0, 4, 60).tolist(), chance.integers(0, 4, 60).tolist()
    second[:40] = first[:40]
    for quadratic, weights in ((False, None), (True, "quadratic")):
        expected = metrics.cohen_kappa_score(first, second, weights=weights)
        assert cohen_kappa(first, second, 4, quadratic=quadratic) == pytest.approx(expected)


def test_whoever_always_agrees_has_one_and_whoever_never_does_less_than_none() -> None:
    assert cohen_kappa([0, 1, 2], [0, 1, 2], 3) == 1.0
    assert cohen_kappa([0, 1], [1, 0], 2) == -1.0


def test_one_class_alone_shows_nothing() -> None:
    assert cohen_kappa([1, 1, 1], [1, 1, 1], 2) == 0.0
    found = agreement([1, 1, 1], [1, 1, 1], 2)
    assert (found.kappa, found.low, found.high, found.share) == (0.0, 0.0, 0.0, 1.0)


def test_the_interval_holds_kappa_and_narrows_with_more_items() -> None:
    few = agreement(*raters((8, 2), (3, 7)), 2)
    many = agreement(*raters((80, 20), (30, 70)), 2)
    assert few.kappa == many.kappa == pytest.approx(0.5)
    assert few.low < many.low < 0.5 < many.high < few.high
    assert (few.share, few.items) == (15 / 20, 20)


def test_perfect_agreement_of_few_items_is_not_certain() -> None:
    found = agreement([0, 1, 0, 1, 1], [0, 1, 0, 1, 1], 2)
    assert found.kappa == 1.0
    assert found.low < 0.9


def test_items_of_one_group_count_together() -> None:
    first, second = raters((8, 2), (3, 7))
    alone = agreement(first * 5, second * 5, 2)
    grouped = agreement(first * 5, second * 5, 2, groups=[*range(20)] * 5)
    assert grouped.kappa == alone.kappa
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)


def test_an_advantage_is_the_difference_on_the_same_items() -> None:
    people = [0, 1] * 40
    good = [0, 1] * 36 + [1, 0] * 4
    poor = [0, 1] * 24 + [1, 0] * 16
    found = advantage(people, good, poor, 2)
    assert found.difference == pytest.approx(cohen_kappa(people, good, 2) - cohen_kappa(people, poor, 2))
    assert 0 < found.low < found.difference < found.high
    same = advantage(people, good, good, 2)
    assert (same.difference, same.low, same.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(("first", "second"), [([], []), ([0], [0, 1]), ([0, 2], [0, 1]), ([-1], [0])])
def test_what_is_no_rating_is_refused(first: list[int], second: list[int]) -> None:
    with pytest.raises(ValueError, match=r"raters|classes"):
        cohen_kappa(first, second, 2)


def test_each_item_needs_its_group() -> None:
    with pytest.raises(ValueError, match="group"):
        agreement([0, 1], [0, 1], 2, groups=["a"])
