"""The largest gap between slices, and whether chance explains it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from evaluation.gaps import largest_gaps, quality_metrics
from evaluation.randomisation import gap_p_value
from evaluation.report.gap_tables import gap_words, named_gaps
from tests.evaluation.conftest import NDCG, SECONDS


def labelled(*parts: tuple[str, int]) -> list[tuple[tuple[str, str], ...]]:
    return [(("language", language),) for language, count in parts for _ in range(count)]


def test_the_slices_that_lie_farthest_apart_are_named(made_run) -> None:
    values = [0.9, 0.7] * 20 + [0.3, 0.5] * 20 + [0.6] * 40
    run = made_run({NDCG: values}, labels=labelled(("en", 40), ("de", 40), ("fr", 40)))
    (gap,) = largest_gaps(run, [NDCG])
    assert (gap.label, gap.better.value, gap.worse.value) == ("language", "en", "de")
    assert gap.size == pytest.approx(0.8 - 0.4)
    assert gap.low < gap.size < gap.high
    assert gap.slices == 3
    assert gap.beyond_chance
    assert "0.800 for en (40) against 0.400 for de (40), a gap of 0.400" in gap_words(gap)
    assert "more than chance gives (p below 0.001)" in gap_words(gap)


def test_the_slower_slice_is_the_worse_one(made_run) -> None:
    run = made_run({SECONDS: [1.0] * 30 + [3.0] * 30}, labels=labelled(("en", 30), ("de", 30)))
    (gap,) = largest_gaps(run, [SECONDS])
    assert (gap.better.value, gap.worse.value, gap.size) == ("en", "de", 2.0)


def test_slices_that_are_alike_are_no_finding(made_run) -> None:
    values = np.random.default_rng(1).random(80)
    run = made_run({NDCG: values.tolist()}, labels=labelled(("en", 40), ("de", 40)))
    (gap,) = largest_gaps(run, [NDCG])
    assert not gap.beyond_chance
    assert "no more than chance may give" in gap_words(gap)
    assert named_gaps([gap], NDCG) == (gap,)
    assert named_gaps([gap], None) == ()


def test_small_slices_are_left_out_and_named(made_run) -> None:
    values = [1.0] * 30 + [0.9] * 30 + [0.0] * 6
    run = made_run({NDCG: values}, labels=labelled(("en", 30), ("de", 30), ("fr", 6)))
    (gap,) = largest_gaps(run, [NDCG])
    assert (gap.worse.value, gap.small, gap.from_small) == ("de", ("fr",), False)


def test_where_all_are_small_the_gap_says_so(made_run) -> None:
    run = made_run({NDCG: [1.0] * 6 + [0.0] * 6}, labels=labelled(("en", 6), ("de", 6)))
    (gap,) = largest_gaps(run, [NDCG])
    assert gap.from_small
    assert gap_words(gap).endswith("These slices are small.")
    run = made_run(
        {NDCG: [1.0] * 40 + [0.0] * 6 + [0.5] * 4}, labels=labelled(("en", 40), ("de", 6), ("fr", 4))
    )
    (gap,) = largest_gaps(run, [NDCG])
    assert (gap.slices, gap.small) == (2, ("de",)), "fr has too few to be taken"
    run = made_run({NDCG: [1.0] * 6 + [0.0] * 4}, labels=labelled(("en", 6), ("de", 4)))
    assert largest_gaps(run, [NDCG]) == ()


def test_p_is_corrected_for_all_gaps_of_the_run(made_run) -> None:
    labels = [(("a", str(at % 2)), ("b", str(at // 2 % 2))) for at in range(80)]
    values = [0.2 * (at % 2) + 0.5 * (at % 3 == 0) for at in range(80)]
    gaps = largest_gaps(made_run({NDCG: values}, labels=labels), [NDCG])
    assert [gap.label for gap in gaps] == ["a", "b"]
    smaller = min(gaps, key=lambda gap: gap.p_value)
    assert smaller.adjusted_p == pytest.approx(2 * smaller.p_value)


def test_costs_are_no_quality(made_run) -> None:
    assert quality_metrics(made_run({NDCG: [1.0], SECONDS: [1.0]})) == (NDCG,)


def test_p_of_a_gap_is_the_share_of_regroupings_as_far_apart() -> None:
    first, second = [3.0, 4.0, 5.0], [0.0, 1.0, 2.0]
    # Of the 20 ways to cut six values into threes, two bring the means 3 apart.
    ways = [way for way in product([0, 1], repeat=6) if sum(way) == 3]
    values = [*first, *second]
    far = sum(
        abs(sum(v for v, side in zip(values, way, strict=True) if side) * 2 - sum(values)) >= 9
        for way in ways
    )
    assert (far, len(ways)) == (2, 20)
    assert gap_p_value([first, second]) == pytest.approx(2 / 20, abs=0.01)


def test_a_gap_of_equal_groups_is_certain_chance_and_one_group_has_none() -> None:
    assert gap_p_value([[1.0, 1.0], [1.0]]) == 1.0
    with pytest.raises(ValueError, match="two groups"):
        gap_p_value([[1.0]])
