"""CLIP score: how well a picture fits its prompt, to a model that knows both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaluation.images.missing import torchmetrics_words
from generators.errors import EngineMissing

if TYPE_CHECKING:
    from evaluation.images.protocol import Features


def clip_scores(pictures: Features, texts: Features) -> Features:
    """max(100 cos(picture, text), 0) of each pair [pairs], of vectors [pairs, dimensions].

    From 0 to 100, though real pairs seldom pass 40; higher is better, and only numbers of the same model
    compare (Hessel et al. 2021, https://arxiv.org/abs/2104.08718, who weight by 2.5 instead of 100). By
    torchmetrics' cosine in float64. Raises EngineMissing.
    """
    import numpy as np
    import torch

    try:
        from torchmetrics.functional import cosine_similarity
    except ImportError as error:
        raise EngineMissing(torchmetrics_words(error)) from error
    cosines = cosine_similarity(torch.from_numpy(pictures), torch.from_numpy(texts), reduction="none")
    scores: Features = np.clip(100 * cosines.numpy(), 0.0, 100.0)
    return scores
