"""Fitting the support checker's head, whose weights may not contradict their meaning, and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.intervals import bootstrap_intervals, difference_intervals
from rag.support.head import Head

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Signals that speak against support; all others speak for it.
AGAINST = frozenset({"missing", "length"})
_PENALTY = 1e-3
_STEPS = 20_000
_RATE = 0.5


def fit(signals: Floats, names: Sequence[str], positive: Flags) -> Head:
    """A head over the columns of `signals` [items, names]; its threshold is not chosen yet.

    Gradient descent on the mean logistic loss with an L2 penalty of standardised weights. After each step a
    weight that contradicts its signal's meaning is set to 0: a signal that seems to speak the other way does
    so by chance or by what it shares with others.
    """
    mean, spread = signals.mean(axis=0), signals.std(axis=0)
    scaled = (signals - mean) / spread
    signs = np.array([-1.0 if name in AGAINST else 1.0 for name in names])
    weights, intercept = np.zeros(len(names)), 0.0
    for _ in range(_STEPS):
        error = 1 / (1 + np.exp(-(scaled @ weights + intercept))) - positive
        weights -= _RATE * (scaled.T @ error / len(error) + _PENALTY * weights)
        intercept -= _RATE * float(error.mean())
        weights = np.where(weights * signs > 0, weights, 0.0)
    own = weights / spread
    kept = {name: round(float(weight), 4) for name, weight in zip(names, own, strict=True) if weight}
    return Head(round(float(intercept - own @ mean), 4), kept, 0.5)


def best_threshold(scores: Floats, positive: Flags) -> float:
    """The score from which on calling an item supported is right most often, halfway to the next."""
    order = np.sort(np.unique(scores))
    cuts = np.concatenate([[order[0]], (order[1:] + order[:-1]) / 2])
    right = [float(((scores >= cut) == positive).mean()) for cut in cuts]
    return round(float(cuts[int(np.argmax(right))]), 4)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95% interval; `parts` are one value an item, whose mean the figure is."""

    value: float
    low: float
    high: float
    parts: Floats

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def auroc(scores: Floats, positive: Flags) -> Estimate:
    """The share of pairs of a positive and a negative item of which the positive has the higher score.

    Equal scores count half. The interval is that of the mean of its linearisation: each item's placement
    among those of the other kind (DeLong et al. 1988, https://doi.org/10.2307/2531595).
    """
    high, low = scores[positive], scores[~positive]
    wins = (high[:, None] > low[None, :]) + 0.5 * (high[:, None] == low[None, :])
    value = float(wins.mean())
    parts = np.empty(len(scores))
    parts[positive] = value + len(scores) / len(high) * (wins.mean(axis=1) - value)
    parts[~positive] = value + len(scores) / len(low) * (wins.mean(axis=0) - value)
    return _estimate(value, parts)


def accuracy(called: Flags, positive: Flags) -> Estimate:
    """The share of items that are called what they are."""
    parts = (called == positive).astype(np.float64)
    low, high = bootstrap_intervals(parts, lowest=0.0, highest=1.0)
    return Estimate(float(parts.mean()), float(low), float(high), parts)


def f1(called: Flags, positive: Flags) -> Estimate:
    """2 TP / (2 TP + FP + FN) of "supported", linearised for its interval."""
    right, counted = 2.0 * (called & positive), 1.0 * called + positive
    value = float(right.sum() / counted.sum())
    return _estimate(value, value + (right - value * counted) / counted.mean())


def difference(first: Estimate, second: Estimate) -> str:
    """Second less first over the same items, with its 95% interval."""
    parts = second.parts - first.parts
    low, high = difference_intervals(parts)
    return f"{parts.mean():+.3f} ({float(low):+.3f} to {float(high):+.3f})"


def calibration(
    scores: Floats, positive: Flags, bins: int = 5
) -> tuple[list[tuple[float, float, int]], float]:
    """Mean score, share of positives and count of each of so many equal ranges of scores; and their mean
    absolute difference over items, the expected calibration error."""
    rows = []
    places = np.minimum((scores * bins).astype(int), bins - 1)
    for place in range(bins):
        own = places == place
        if own.any():
            rows.append((float(scores[own].mean()), float(positive[own].mean()), int(own.sum())))
    error = sum(abs(mean - share) * count for mean, share, count in rows) / len(scores)
    return rows, error


def _estimate(value: float, parts: Floats) -> Estimate:
    low, high = bootstrap_intervals(parts)
    return Estimate(value, float(low), float(high), parts)
