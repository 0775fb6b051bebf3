"""From a model's logits to the probabilities of tokens."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def log_probabilities(logits: NDArray[np.float32], tokens: Sequence[int]) -> tuple[float, ...]:
    """ln of the softmax of logits [vocabulary] at each of these tokens, at temperature 1.

    The largest logit is taken out first, so that nothing overflows.
    """
    highest = logits.max()
    total = float(np.exp(logits - highest).sum(dtype=np.float64))
    log_total = float(highest) + math.log(total)
    return tuple(float(logits[token]) - log_total for token in tokens)
