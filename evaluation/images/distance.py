"""Fréchet Inception Distance: how far the features of made pictures lie from those of real ones.

Both sets' features are taken for Gaussians. With means m, w and covariances M, W (of n - 1):

    FID = |m - w|² + tr M + tr W - 2 tr (M W)^½

(Heusel et al. 2017, https://arxiv.org/abs/1706.08500; Dowson and Landau 1982). 0 for equal sets, without an
upper bound; lower is better. It is no number of a picture, and not the Inception Score, which knows no real
ones.

It is biased upwards, the more the fewer pictures there are (Bińkowski et al. 2018,
https://arxiv.org/abs/1801.01401; Chong and Forsyth 2020, https://arxiv.org/abs/1911.07023), so FIDs of
unequally many pictures do not compare. Its authors recommend 10,000 at least, and more than there are
dimensions (https://github.com/bioinf-jku/TTUR); published ones are mostly of 50,000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaluation.images.missing import torchmetrics_words
from generators.errors import EngineMissing

if TYPE_CHECKING:
    from evaluation.images.protocol import Features

FEWEST_PICTURES = 10_000


def frechet_distance(real: Features, made: Features) -> float:
    """The FID of features [pictures, dimensions], two pictures at least on each side.

    By torchmetrics in float64 where both sets outnumber the dimensions. Where one does not, its covariance is
    singular, and the eigenvalues that torchmetrics takes the roots of lose half their digits: equal sets then
    come out at some -1e-5. There tr (M W)^½ is the sum of the singular values of A Bᵀ, with the centred
    features A and B over √(n - 1), since M = AᵀA (Mathiasen and Hvilshøj 2020,
    https://arxiv.org/abs/2009.14075).

    Raises EngineMissing, and ValueError for shapes that do not fit.
    """
    if real.ndim != 2 or made.ndim != 2 or real.shape[1] != made.shape[1] or min(len(real), len(made)) < 2:
        raise ValueError(
            f"Two sets [pictures, dimensions] of two pictures and more were expected; got {real.shape}, "
            f"{made.shape}."
        )
    # Features far from 0 would lose digits in torchmetrics' sums of squares; a shift of both changes nothing.
    centre = real.mean(axis=0)
    real, made = real - centre, made - centre
    singular = min(len(real), len(made)) <= real.shape[1]
    distance = _by_singular_values(real, made) if singular else _by_torchmetrics(real, made)
    return max(0.0, distance)


def _by_singular_values(real: Features, made: Features) -> float:
    import numpy as np

    means = np.square(real.mean(axis=0) - made.mean(axis=0)).sum()
    first, second = _root(real), _root(made)
    shared = np.linalg.svd(first @ second.T, compute_uv=False).sum()
    return float(means + np.square(first).sum() + np.square(second).sum() - 2 * shared)


def _root(features: Features) -> Features:
    """A with AᵀA the covariance, of no more rows than are needed."""
    import numpy as np

    centred: Features = (features - features.mean(axis=0)) / np.sqrt(len(features) - 1)
    if len(centred) <= centred.shape[1]:
        return centred
    triangle: Features = np.asarray(np.linalg.qr(centred, mode="r"))
    return triangle


def _by_torchmetrics(real: Features, made: Features) -> float:
    import torch

    try:
        from torchmetrics.image.fid import FrechetInceptionDistance
    except ImportError as error:
        raise EngineMissing(torchmetrics_words(error)) from error

    class AsTheyAre(torch.nn.Module):  # type: ignore[misc]  # torch is read without its types
        num_features = real.shape[1]

        def forward(self, features: object) -> object:
            return features

    metric = FrechetInceptionDistance(feature=AsTheyAre())
    metric.update(torch.from_numpy(real), real=True)
    metric.update(torch.from_numpy(made), real=False)
    return float(metric.compute())
