"""The few numbers a benchmark run prints, with their spread."""

from __future__ import annotations

import random
import re
import statistics
import string
from collections import Counter
from collections.abc import Callable, Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_RESAMPLES = 2000


def normalise(text: str) -> str:
    """SQuAD's: lower case, no punctuation, no articles, single spaces (https://arxiv.org/abs/1606.05250)."""
    lowered = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(_ARTICLES.sub(" ", lowered).split())


def token_f1(answer: str, golds: Sequence[str]) -> float:
    """Harmonic mean of token precision and recall against the best gold answer, 0..1."""
    return max((_f1(normalise(answer).split(), normalise(gold).split()) for gold in golds), default=0.0)


def contains_gold(answer: str, golds: Sequence[str]) -> bool:
    """Whether a gold answer stands in the answer, both normalised: kinder than F1 to those who ramble."""
    said = f" {normalise(answer)} "
    return any(f" {normalise(gold)} " in said for gold in golds if normalise(gold))


def _f1(said: list[str], gold: list[str]) -> float:
    shared = sum((Counter(said) & Counter(gold)).values())
    if not shared:
        return float(said == gold)
    precision, recall = shared / len(said), shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def interval(
    values: Sequence[float], statistic: Callable[[Sequence[float]], float] = statistics.fmean
) -> tuple[float, float]:
    """95% bootstrap percentile interval of a statistic of the values."""
    if len(values) < 2:
        return (values[0], values[0]) if values else (0.0, 0.0)
    draw = random.Random(0)
    found = sorted(statistic(draw.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    return found[int(0.025 * _RESAMPLES)], found[int(0.975 * _RESAMPLES)]


def paired_interval(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float]:
    """95% bootstrap interval of the mean difference over the same questions."""
    return interval([a - b for a, b in zip(ours, theirs, strict=True)])


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile."""
    if len(values) < 2:
        return (values[0],) * 3 if values else (0.0, 0.0, 0.0)
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
