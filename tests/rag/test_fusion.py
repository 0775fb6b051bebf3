"""Fusion against arithmetic done by hand."""

from __future__ import annotations

import pytest

from rag.fusion import convex_fusion, min_max, reciprocal_rank_fusion


def test_min_max_stretches_to_zero_and_one() -> None:
    assert min_max({1: 2.0, 2: 6.0, 3: 3.0}) == {1: 0.0, 2: 1.0, 3: (3 - 2) / (6 - 2)}


def test_equal_scores_are_all_best() -> None:
    assert min_max({1: 0.4, 2: 0.4}) == {1: 1.0, 2: 1.0}


def test_convex_fusion_weighs_the_arms_and_gives_what_is_missing_nothing() -> None:
    fused = convex_fusion({1: 0.9, 2: 0.5, 3: 0.1}, {2: 12.0, 4: 4.0}, dense_weight=0.6)
    expected = {
        1: 0.6 * 1.0,
        2: 0.6 * (0.5 - 0.1) / (0.9 - 0.1) + 0.4 * 1.0,
        3: 0.6 * 0.0,
        4: 0.4 * 0.0,
    }
    assert list(fused) == [2, 1, 3, 4]
    assert {key: parts.score for key, parts in fused.items()} == pytest.approx(expected)
    assert (fused[2].meaning, fused[2].words) == pytest.approx((0.6 * 0.5, 0.4))


def test_reciprocal_ranks_count_from_one() -> None:
    fused = reciprocal_rank_fusion([7, 8], [8, 9])
    best, worst = 1 / 62 + 1 / 61, 1 / 62
    stretched = {8: 1.0, 7: (1 / 61 - worst) / (best - worst), 9: 0.0}
    assert list(fused) == [8, 7, 9]
    assert {key: parts.score for key, parts in fused.items()} == pytest.approx(stretched)
    assert fused[8].words / fused[8].meaning == pytest.approx((1 / 61) / (1 / 62))


def test_fusing_nothing_gives_nothing() -> None:
    assert convex_fusion({}, {}, 0.5) == {}
    assert reciprocal_rank_fusion([], []) == {}
