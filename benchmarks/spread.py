"""The spread of repeated timings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile, of at least one value."""
    low, middle, high = np.quantile(np.asarray(values), [0.25, 0.5, 0.75])
    return float(low), float(middle), float(high)


def percentile(values: Sequence[float], percent: float) -> float:
    """What so many percent of the values, at least one, do not exceed; between two, linearly."""
    return float(np.quantile(np.asarray(values), percent / 100))
