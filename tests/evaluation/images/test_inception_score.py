"""Inception Score of label distributions that are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from evaluation.images.inception_score import inception_score


def test_sure_pictures_of_unequal_classes_score_the_entropy_of_their_labels() -> None:
    counts = np.array([50, 30, 20])
    sure = np.repeat(np.eye(3), counts, axis=0)
    shares = counts / 100

    # p(y|x) is 0 or 1, so the divergence from p(y) is -log of the label's share
    assert inception_score(sure).value == pytest.approx(np.exp(-(shares * np.log(shares)).sum()), rel=1e-12)


def test_unsure_pictures_score_as_the_formula_says() -> None:
    rows = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5]])
    together = rows.mean(axis=0)

    expected = np.exp((rows * np.log(rows / together)).sum(axis=1).mean())

    assert inception_score(rows).value == pytest.approx(expected, rel=1e-12)


def test_all_alike_score_one_and_all_classes_once_their_number() -> None:
    assert inception_score(np.full((40, 5), 0.2)).value == pytest.approx(1)
    assert inception_score(np.eye(12)).value == pytest.approx(12)


def test_order_does_not_matter_and_parts_only_show_the_spread() -> None:
    rows = np.random.default_rng(1).dirichlet(np.full(6, 0.3), size=400)
    score = inception_score(rows)

    assert inception_score(rows[::-1].copy()).value == pytest.approx(score.value, rel=1e-12)
    assert score.part_mean is not None
    assert score.part_deviation is not None
    assert score.part_mean == pytest.approx(score.value, rel=0.1)
    assert 0 < score.part_deviation < score.value
    assert inception_score(rows) == score


def test_parts_are_of_as_many_pictures_each() -> None:
    # Each picture shows a class of its own, so a part scores how many it has: one of 11, nine of 10.
    score = inception_score(np.eye(101))

    assert score.part_mean == pytest.approx(101 / 10)
    assert score.part_deviation == pytest.approx(np.std([11] + 9 * [10], ddof=1))


def test_few_pictures_have_no_parts() -> None:
    assert inception_score(np.eye(12)).part_mean is None


def test_the_caller_s_random_numbers_stay_as_they_were() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    inception_score(np.eye(4))

    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize("rows", [np.ones((3, 2)), np.array([[1.5, -0.5]]), np.zeros((0, 3)), np.ones(3)])
def test_what_are_no_probabilities_is_told(rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"[Pp]robabilities"):
        inception_score(rows)
