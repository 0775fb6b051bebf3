"""How the next token is drawn from logits that are an array."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from generators.text.protocol import Sampling

_PENALTY_LAST_TOKENS = 64


class ArraySampler:
    """Draws by `Sampling`, in llama.cpp's order: penalty, top_k, top_p, min_p, and temperature last."""

    def __init__(self, logits: Callable[[], NDArray[np.float32]], sampling: Sampling) -> None:
        self._logits = logits
        self._sampling = sampling
        self._random = np.random.default_rng(sampling.seed)
        self._last: deque[int] = deque(maxlen=_PENALTY_LAST_TOKENS)

    def draw(self) -> int:
        token = self._choose(self._penalised(self._logits()))
        self._last.append(token)
        return token

    def close(self) -> None:
        """Nothing is held."""

    def _penalised(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        penalty = self._sampling.repeat_penalty
        if penalty == 1.0 or not self._last:
            return logits
        logits = logits.copy()
        seen = list(set(self._last))
        logits[seen] = np.where(logits[seen] > 0, logits[seen] / penalty, logits[seen] * penalty)
        return logits

    def _choose(self, logits: NDArray[np.float32]) -> int:
        sampling = self._sampling
        if sampling.temperature <= 0.0:
            return int(logits.argmax())
        order = np.argsort(-logits, kind="stable")
        if sampling.top_k > 0:
            order = order[: sampling.top_k]
        chances = _softmax(logits[order])
        if sampling.top_p < 1.0:
            # The fewest with that much together: the one that reaches it belongs to them.
            kept = int(np.searchsorted(chances.cumsum(), sampling.top_p)) + 1
            order, chances = order[:kept], chances[:kept]
        if sampling.min_p > 0.0:
            order = order[chances >= sampling.min_p * chances[0]]
        chances = _softmax(logits[order] / sampling.temperature)
        return int(self._random.choice(order, p=chances))


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    powers = np.exp(logits.astype(np.float64) - logits.max())
    shares: NDArray[np.float64] = powers / powers.sum()
    return shares
