"""Agreement against values worked out by hand or published."""

from __future__ import annotations

import pytest

from evaluation.rating.raters_agreement import raters_agreement

#: Krippendorff's own example (2011, https://repository.upenn.edu/asc_papers/43): 12 units, 4 observers.
PUBLISHED = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}


def of_text(lines: dict[str, str]) -> dict[str, dict[str, int]]:
    return {
        rater: {str(at): int(value) for at, value in enumerate(line.split()) if value != "."}
        for rater, line in lines.items()
    }


def test_kappa_of_a_table_counted_by_hand() -> None:
    # Equal in 4 of 6; by chance (2 * 1 + 1 * 2 + 3 * 3) / 36.
    found = raters_agreement(of_text({"Ada": "2 2 1 0 2 0", "Ben": "2 1 1 0 2 2"}), "nominal")
    chance = (2 * 1 + 1 * 2 + 3 * 3) / 36
    assert found.name == "Cohen's kappa"
    assert found.value == pytest.approx((4 / 6 - chance) / (1 - chance))
    assert found.equal_share == pytest.approx(4 / 6)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 11 / 23 < found.high


def test_kappa_of_grades_weighs_by_the_square_of_the_distance() -> None:
    # One is off by 1, one by 2. Expected: each of (1, 2, 3) beside each of (2, 2, 5), a third as often.
    found = raters_agreement(of_text({"Ada": "1 2 3", "Ben": "2 2 5"}), "ordinal")
    expected = sum((a - b) ** 2 for a in (1, 2, 3) for b in (2, 2, 5)) / 3
    assert found.value == pytest.approx(1 - (1 + 0 + 4) / expected)


@pytest.mark.parametrize(("measure", "alpha"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_alpha_of_krippendorffs_own_example(measure, alpha) -> None:
    found = raters_agreement(of_text(PUBLISHED), measure)
    assert found.name == "Krippendorff's alpha"
    assert found.value == pytest.approx(alpha, abs=0.0005)
    assert (found.raters, found.items) == (4, 11)  # the last unit has one value: it pairs with none


def test_full_agreement_is_one_and_one_value_alone_is_not_defined() -> None:
    assert raters_agreement(of_text({"A": "0 1 2", "B": "0 1 2"}), "nominal").value == pytest.approx(1.0)
    only = raters_agreement(of_text({"A": "1 1", "B": "1 1", "C": "1 1"}), "nominal")
    assert (only.value, only.equal_share) == (None, 1.0)


@pytest.mark.parametrize("raters", ["AB", "ABC"])
@pytest.mark.parametrize("measure", ["nominal", "ordinal"])
def test_full_agreement_on_a_few_items_is_not_certain_of_more(raters: str, measure) -> None:
    few = raters_agreement(of_text(dict.fromkeys(raters, "0 1 2 0 1 2")), measure)
    many = raters_agreement(of_text(dict.fromkeys(raters, " ".join("012" * 30))), measure)
    assert few.value == many.value == few.high == many.high == pytest.approx(1.0)
    assert few.low is not None
    assert many.low is not None
    assert few.low < 0.8 < many.low < 1.0
    one = raters_agreement(of_text(dict.fromkeys(raters, "1")), measure)
    assert (one.value, one.low, one.high) == (None, None, None)


def test_raters_of_different_items_say_nothing_of_each_other() -> None:
    found = raters_agreement({"A": {"x": 1}, "B": {"y": 1}}, "nominal")
    assert (found.value, found.items, found.equal_share) == (None, 0, None)
