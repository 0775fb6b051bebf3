"""Inception Score: whether each picture clearly shows something, and all together many things.

    IS = exp( mean over pictures of KL( p(class | picture) || p(class) ) )

with p(class) the mean over the pictures (Salimans et al. 2016, https://arxiv.org/abs/1606.03498). From 1 (all
pictures alike to the network) to the number of classes, or of pictures if that is smaller; higher is better.
It knows no real pictures: a network that draws one perfect picture of each class gets the most.

The usual figure is the mean over 10 parts. A part of few pictures cannot show many classes, so that mean
hangs on how many parts there are; Barratt and Sharma 2018 (https://arxiv.org/abs/1801.01973) take all
pictures as one, and so is it here. The parts give the spread.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluation.images.missing import torchmetrics_words
from generators.errors import EngineMissing

if TYPE_CHECKING:
    from evaluation.images.protocol import Features

PARTS = 10
#: A part of fewer pictures says nothing.
_FEWEST_IN_PART = 10


@dataclass(frozen=True, slots=True)
class InceptionScore:
    """`value` is of all pictures. `part_mean` and `part_deviation` (of n - 1) are of `PARTS` parts drawn by
    chance, equal but for a picture, None where there are too few pictures for them."""

    value: float
    part_mean: float | None
    part_deviation: float | None


def inception_score(probabilities: Features, seed: int = 0) -> InceptionScore:
    """Of probabilities [pictures, classes], by torchmetrics in float64. Raises EngineMissing, and ValueError
    where rows are no probabilities."""
    import numpy as np

    if probabilities.ndim != 2 or not len(probabilities):
        raise ValueError(f"Probabilities [pictures, classes] were expected; got {probabilities.shape}.")
    if (probabilities < 0).any() or not np.allclose(probabilities.sum(axis=1), 1.0, atol=1e-3):
        raise ValueError("The classes' probabilities of a picture must be positive and add up to 1.")
    whole = _by_torchmetrics(probabilities)
    if len(probabilities) < PARTS * _FEWEST_IN_PART:
        return InceptionScore(whole, None, None)
    # torchmetrics' own parts are of one size but for the last, which gets what is left: of 101 pictures two.
    order = np.random.default_rng(seed).permutation(len(probabilities))
    parts = [_by_torchmetrics(probabilities[part]) for part in np.array_split(order, PARTS)]
    return InceptionScore(whole, float(np.mean(parts)), float(np.std(parts, ddof=1)))


def _by_torchmetrics(probabilities: Features) -> float:
    import numpy as np
    import torch

    try:
        from torchmetrics.image.inception import InceptionScore as Metric
    except ImportError as error:
        raise EngineMissing(torchmetrics_words(error)) from error
    # It takes logits, of which a probability of 0 would be -inf, and 0 times that no number.
    logits = torch.from_numpy(np.log(np.maximum(probabilities, np.finfo(np.float64).tiny)))
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore")  # that it keeps all features; and that one part has no deviation
        metric = Metric(feature=torch.nn.Identity(), splits=1)
        metric.update(logits)
        score, _ = metric.compute()
    return float(score)
