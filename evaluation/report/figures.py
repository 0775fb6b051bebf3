"""Numbers as the reports print them: as many digits as carry meaning, and no more.

Metrics that cannot leave -1..1 have three decimals, all others (seconds, tokens) three significant digits.
"""

from __future__ import annotations

import math

from evaluation.types import Metric
from evaluation.verdicts import Estimate

NONE = "–"
_MINUS = "−"
_SMALLEST_P = 0.001


def is_share(metric: Metric) -> bool:
    """Whether its values lie within -1..1."""
    return metric.highest is not None and metric.highest <= 1.0 and metric.lowest >= -1.0


def figure(metric: Metric, value: float) -> str:
    """A value of the metric, without its unit."""
    if not math.isfinite(value):
        return NONE
    return _with_minus(f"{value:.3f}" if is_share(metric) else significant(value))


def with_unit(metric: Metric, value: float) -> str:
    return f"{figure(metric, value)} {metric.unit}".rstrip()


def difference(metric: Metric, value: float) -> str:
    """A difference of two values, its sign always shown; zero as it is printed has none."""
    text = figure(metric, value)
    return text if text == NONE or text.startswith(_MINUS) or not _is_other_than_zero(text) else f"+{text}"


def interval(metric: Metric, estimate: Estimate) -> str:
    return f"{figure(metric, estimate.low)} to {figure(metric, estimate.high)}"


def difference_interval(metric: Metric, estimate: Estimate) -> str:
    return f"{difference(metric, estimate.low)} to {difference(metric, estimate.high)}"


def p_value(value: float) -> str:
    if not math.isfinite(value):
        return NONE
    return f"below {_SMALLEST_P}" if value < _SMALLEST_P else f"{value:.3f}"


def effect_size(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return NONE
    text = _with_minus(f"{value:.2f}")
    return text if text.startswith(_MINUS) or not _is_other_than_zero(text) else f"+{text}"


def significant(value: float, digits: int = 3) -> str:
    """Three significant digits, 1,234 with all of its whole part and at most six decimals."""
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(decimals, 6)}f}"


def better_when(metric: Metric) -> str:
    return "higher ↑" if metric.higher_is_better else "lower ↓"


def count_of(count: int, noun: str) -> str:
    """`3 questions`, `1 question`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _with_minus(text: str) -> str:
    """The typographic minus, which is read out and does not break; none before a zero."""
    if not text.startswith("-"):
        return text
    return _MINUS + text[1:] if _is_other_than_zero(text) else text[1:]


def _is_other_than_zero(text: str) -> bool:
    return any(character in "123456789" for character in text)
