"""The statistics of evaluation against known truths: intervals must cover the true mean, equal systems must
not differ, and a recommended number of questions must show the loss that it was recommended for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from evaluation.intervals import bootstrap_intervals, difference_intervals
from evaluation.randomisation import randomisation_p_values
from evaluation.sample_size import questions_needed
from torture.outcome import Torture
from torture.samples import DIFFERENCES, EQUALS, LOSING, SCORES, Differences, Floats, Scores

LEVEL, FEWEST, MOST = 0.95, 0.93, 0.97
ALPHA, MOST_ALARMS = 0.05, 0.055
POWER, LOSS, PILOT = 0.8, 0.03, 100
_QUESTIONS = (100, 400)
#: About as many metrics as are compared where none is named.
_COMPARED = 5
#: Trials drawn and worked on at once, as columns.
_AT_ONCE = 500
#: With fewer trials than this, limits are wider by three standard errors of what is counted.
_ENOUGH = 10_000

#: Where intervals are known to be too wide, and are told of and not counted: 100 questions that nearly all
#: tie and 5 that hardly differ do not rule out larger differences.
KNOWN = frozenset({("95% ties, rest small", 100)})


@dataclass(frozen=True, slots=True)
class Figure:
    """A share of trials, 0..1, and the limits it has to keep."""

    name: str
    share: float
    fewest: float
    most: float
    known: bool = False

    def line(self) -> str:
        limits = f"{100 * self.fewest:g} to {100 * self.most:g}%"
        return f"{self.name}: {100 * self.share:.1f}%" + (f" (known to miss {limits})" if self.known else "")

    def violations(self, count: int) -> list[str]:
        """That the share is outside its limits, if it is."""
        noise = 0.0
        if count < _ENOUGH:
            limit = self.fewest if self.share < self.fewest else self.most
            noise = 3 * (limit * (1 - limit) / count) ** 0.5
        if self.known or self.fewest - noise <= self.share <= self.most + noise:
            return []
        return [
            f"{self.name}: {100 * self.share:.1f}% is not in {100 * self.fewest:g} to {100 * self.most:g}%"
        ]


def torture_statistics(count: int, seed: int) -> Torture:
    """Draw that many samples of every kind; each figure is a share of them."""
    figures = [*_coverages(count, seed), *_alarms(count, seed), *_powers(count, seed)]
    return Torture(
        "statistics",
        count,
        tuple(figure.line() for figure in figures),
        tuple(line for figure in figures for line in figure.violations(count)),
    )


def coverage(kind: Scores | Differences, questions: int, count: int, seed: int) -> float:
    """The share of trials whose 95% interval holds the true mean."""
    held = 0
    for chance, columns in _parts(count, seed):
        shape = (questions, columns)
        own = int(chance.integers(1 << 30))
        if isinstance(kind, Scores):
            drawn = kind.draw(chance, shape)
            low, high = bootstrap_intervals(drawn, lowest=0.0, highest=kind.highest, level=LEVEL, seed=own)
        else:
            drawn = kind.draw(chance, shape, 0.0)
            low, high = difference_intervals(drawn, span=kind.span, level=LEVEL, seed=own)
        held += int(((low <= kind.mean) & (kind.mean <= high)).sum())
    return held / count


def false_alarms(kind: Differences, questions: int, count: int, seed: int) -> float:
    """The share of trials in which two equal systems differ by p <= .05."""
    found = 0
    for chance, columns in _parts(count, seed):
        drawn = kind.draw(chance, (questions, columns), 0.0)
        p_values = randomisation_p_values(drawn, seed=int(chance.integers(1 << 30)))
        found += int((p_values <= ALPHA).sum())
    return found / count


def caught(kind: Differences, count: int, seed: int, metrics: int = 1) -> tuple[float, int]:
    """The share of trials in which a loss is shown by as many questions as a pilot recommends; their median
    number. Of several metrics that are compared it is the only one that lost, so its p has to reach alpha
    over their number (Holm)."""
    alpha = ALPHA / metrics
    found, numbers = 0, []
    for chance, columns in _parts(count, seed):
        pilots = kind.draw(chance, (PILOT, columns), 0.0)
        needed = np.array(
            [questions_needed(pilot, LOSS, span=kind.span, alpha=alpha, power=POWER) for pilot in pilots.T]
        )
        # Questions that are not asked are ties: those change no sum of flips.
        asked = np.arange(needed.max())[:, None] < needed
        drawn: Floats = np.where(asked, kind.draw(chance, asked.shape, LOSS), 0.0)
        p_values = randomisation_p_values(drawn, resamples=2_000, seed=int(chance.integers(1 << 30)))
        found += int(((p_values <= alpha) & (drawn.sum(axis=0) < 0)).sum())
        numbers.append(needed)
    return found / count, int(np.median(np.concatenate(numbers)))


def _coverages(count: int, seed: int) -> Iterator[Figure]:
    kinds: Iterable[Scores | Differences] = (*SCORES, *DIFFERENCES)
    for kind in kinds:
        for questions in _QUESTIONS:
            title = "mean" if isinstance(kind, Scores) else "difference"
            yield Figure(
                f"95% intervals, {title} of {kind.name}, {questions} questions",
                coverage(kind, questions, count, seed),
                FEWEST,
                MOST,
                known=(kind.name, questions) in KNOWN,
            )


def _alarms(count: int, seed: int) -> Iterator[Figure]:
    for kind in EQUALS:
        for questions in (20, *_QUESTIONS):
            share = false_alarms(kind, questions, count, seed)
            yield Figure(f"false alarms, {kind.name}, {questions} questions", share, 0.0, MOST_ALARMS)


def _powers(count: int, seed: int) -> Iterator[Figure]:
    for kind in LOSING:
        for metrics in (1, _COMPARED):
            share, needed = caught(kind, count, seed, metrics)
            name = f"losses of 3 points caught among {metrics} metrics, {kind.name}, {needed} questions"
            yield Figure(f"{name} in the median", share, POWER, 1.0)


def _parts(count: int, seed: int) -> Iterator[tuple[np.random.Generator, int]]:
    """The trials in parts, each with its own chance."""
    for start in range(0, count, _AT_ONCE):
        yield np.random.default_rng([seed, start]), min(_AT_ONCE, count - start)
