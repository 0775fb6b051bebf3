"""Who wins, as counted by hand."""

from __future__ import annotations

import math

import pytest

from evaluation.rating.ratings_file import Rating
from evaluation.rating.results import rating_results
from evaluation.rating.tasks import rating_task
from evaluation.rating.win_rates import wilson

CODES = {"1": "first", "t": "tie", "2": "second"}


def choices(rater: str, text: str, left: int = 0) -> list[Rating]:
    return [
        Rating(rater, f"q{at}", CODES[code], None, left, "2026")  # type: ignore[arg-type]
        for at, code in enumerate(text)
    ]


@pytest.fixture
def pairs(answered_run):
    return rating_task(
        [answered_run(name, {f"q{at}": f"{name} {at}" for at in range(6)}) for name in ("before", "after")]
    )


def test_a_win_rate_is_over_items_and_a_tie_is_half(pairs) -> None:
    results = rating_results(pairs, choices("Ada", "22t121") + choices("Ben", "2tt122"))
    assert results.preference is not None
    rate = results.preference.rate
    assert rate.mean == pytest.approx((1 + 0.75 + 0.5 + 0 + 1 + 0.5) / 6)
    assert rate.count == 6
    assert 0 <= rate.low < rate.mean < rate.high <= 1
    every, ada, ben = results.preference.counts
    assert (every.rater, every.first_wins, every.ties, every.second_wins) == (None, 3, 3, 6)
    assert (ada.rater, ada.first_wins, ada.ties, ada.second_wins) == ("Ada", 2, 1, 3)
    assert ben.decided.share == pytest.approx(3 / 4)
    assert results.agreement is not None
    assert results.agreement.value == pytest.approx(11 / 23)


def test_wilsons_interval_by_its_formula() -> None:
    z, n, p = 1.959964, 10, 0.8
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    found = wilson(8, 10)
    assert (found.low, found.high) == pytest.approx((middle - reach, middle + reach))
    assert wilson(0, 0).share is None
    assert wilson(0, 9).low == 0.0


def test_a_side_that_wins_is_warned_of(pairs) -> None:
    always_left = choices("Ada", "222222", left=1)
    results = rating_results(pairs, always_left)
    assert any("on the left won more often" in warning for warning in results.warnings)
    assert any("One rater alone" in warning for warning in results.warnings)
    assert results.agreement is None


def test_what_is_not_finished_is_said(pairs) -> None:
    assert rating_results(pairs, []).warnings == ("Nobody has rated anything yet.",)
    assert "Ada has rated 2 of 6." in rating_results(pairs, choices("Ada", "2t")).warnings


def test_grades_are_means_of_items_and_two_runs_are_held_side_by_side(answered_run) -> None:
    runs = [answered_run(name, {id: f"{name} {id}" for id in "ab"}) for name in ("before", "after")]
    task = rating_task(runs, scale=True)
    given = {"1/a": (2, 3), "1/b": (4, 4), "2/a": (5, 4), "2/b": (4, 5)}
    ratings = [
        Rating(rater, item, None, grades[at], None, "2026")
        for at, rater in enumerate(("Ada", "Ben"))
        for item, grades in given.items()
    ]
    results = rating_results(task, ratings)
    assert [(one.run, one.grade.mean) for one in results.grades] == [
        ("before", pytest.approx((2.5 + 4) / 2)),
        ("after", pytest.approx((4.5 + 4.5) / 2)),
    ]
    assert results.grade_difference is not None
    assert results.grade_difference.difference.mean == pytest.approx((2.0 + 0.5) / 2)
    assert results.agreement is not None
    assert results.agreement.name == "Cohen's kappa, quadratic weights"
