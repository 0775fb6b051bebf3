"""FID beside its closed form, and where pictures are fewer than dimensions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import sqrtm

from evaluation.images.distance import frechet_distance

Floats = NDArray[np.float64]


def closed_form(mean: Floats, covariance: Floats, other_mean: Floats, other_covariance: Floats) -> float:
    root = sqrtm(covariance @ other_covariance)
    return float(
        np.square(mean - other_mean).sum()
        + np.trace(covariance)
        + np.trace(other_covariance)
        - 2 * np.trace(root).real
    )


def drawn(seed: int, count: int, dimensions: int, mean: float = 0.0) -> tuple[Floats, Floats, Floats]:
    """Points of a Gaussian with correlated dimensions, its mean and its covariance."""
    chance = np.random.default_rng(seed)
    root = chance.normal(size=(dimensions, dimensions)) / np.sqrt(dimensions) + np.eye(dimensions)
    means = mean + chance.normal(size=dimensions) * 0.3
    return means + chance.normal(size=(count, dimensions)) @ root.T, means, root @ root.T


def test_two_known_gaussians_lie_as_far_apart_as_the_closed_form_says() -> None:
    first, mean, covariance = drawn(1, 10_000, 64)
    second, other_mean, other_covariance = drawn(2, 10_000, 64, mean=0.5)

    expected = closed_form(mean, covariance, other_mean, other_covariance)

    assert frechet_distance(first, second) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("count", "dimensions"), [(500, 16), (20, 60)])
@pytest.mark.parametrize("far", [0.0, 1e4])
def test_equal_sets_have_no_distance(count: int, dimensions: int, far: float) -> None:
    features = drawn(3, count, dimensions, mean=far)[0]

    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-7)
    assert frechet_distance(features, features[::-1].copy()) == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize(("count", "dimensions"), [(300, 16), (20, 60)])
def test_order_and_sides_do_not_matter(count: int, dimensions: int) -> None:
    first, second = drawn(4, count, dimensions)[0], drawn(5, count, dimensions, mean=1.0)[0]
    shuffled = np.random.default_rng(6).permutation(second)

    expected = frechet_distance(first, second)

    assert frechet_distance(first, shuffled) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(second, first) == pytest.approx(expected, rel=1e-9)


def test_fewer_pictures_than_dimensions_follow_the_formula_too() -> None:
    first, second = drawn(7, 12, 30)[0], drawn(8, 40, 30)[0]
    nudge = 1e-9 * np.eye(30)  # the root of a singular matrix is what scipy cannot do

    expected = closed_form(
        first.mean(axis=0), np.cov(first.T) + nudge, second.mean(axis=0), np.cov(second.T) + nudge
    )

    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-3)


def test_both_ways_agree_where_both_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluation.images import distance

    first, second = drawn(9, 200, 24)[0], drawn(10, 300, 24)[0]
    by_torchmetrics = frechet_distance(first, second)
    monkeypatch.setattr(distance, "_by_torchmetrics", distance._by_singular_values)

    assert frechet_distance(first, second) == pytest.approx(by_torchmetrics, rel=1e-9)


def test_shapes_that_do_not_fit_are_told() -> None:
    with pytest.raises(ValueError, match="two pictures and more"):
        frechet_distance(np.zeros((1, 3)), np.zeros((5, 3)))
    with pytest.raises(ValueError, match="expected"):
        frechet_distance(np.zeros((5, 3)), np.zeros((5, 4)))
