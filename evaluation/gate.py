"""May this change go in? A run against a baseline, with how much each metric may lose."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evaluation.comparison import compare
from evaluation.errors import EvaluationError, NotComparable
from evaluation.types import Run
from evaluation.verdicts import Change, Comparison

GateVerdict = Literal["held", "undecided", "lost"]

_LOSS = re.compile(r"(?P<metric>[^=]+)=(?P<loss>[^=]+)")
ALPHA = 0.05
#: So much of a metric may become undefined, as when an answer more is refused.
_MOST_DROPPED = 0.05


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One metric at the gate. `loss` is how much worse it got, negative where it got better.

    `held`: the interval shows that no more was lost than `max_loss`. `lost`: more than that was lost, and
    the loss is more than chance. `undecided`: too few questions to show either; the change's
    `questions_needed` would show a loss of `max_loss`, or of one hundredth where none is allowed.
    """

    change: Change
    max_loss: float
    loss: float
    loss_low: float
    loss_high: float
    verdict: GateVerdict
    dropped: int = 0
    """Questions for which the baseline has the metric and the new run has not."""
    vanished: bool = False
    """Whether those are more than a twentieth of the baseline's."""

    @property
    def words(self) -> str:
        """The check in one sentence."""
        name, change = self.change.metric.name, self.change
        figures = (
            f"{name} went from {change.first.mean:.4g} to {change.second.mean:.4g}: "
            f"a loss of {self.loss:+.4g} ({self.loss_low:+.4g} to {self.loss_high:+.4g}), "
            f"{self.max_loss:.4g} allowed, p {change.adjusted_p:.3f}, {change.difference.count} questions"
        )
        if self.verdict == "held" and change.equal == change.difference.count:
            return f"{figures}. Held: no question changed."
        if self.verdict == "held":
            return f"{figures}. Held: the interval shows that no more than that was lost."
        if self.verdict == "lost":
            return f"{figures}. Lost: more than allowed, and more than chance."
        if self.dropped:
            return f"{figures}. Undecided: the new run has no {name} for {self.dropped} of the questions."
        return (
            f"{figures}. Undecided: about {change.questions_needed:,} questions would be needed to see a "
            f"difference of {change.sought_difference:.4g}."
        )


@dataclass(frozen=True, slots=True)
class GateResult:
    """All checks, and the comparison they rest on.

    `failed_questions` ended in an error in the new run and not in the baseline; `missing_questions` were
    asked in the baseline alone.
    """

    comparison: Comparison
    checks: tuple[GateCheck, ...]
    failed_questions: tuple[str, ...]
    missing_questions: tuple[str, ...]

    def passes(self, *, undecided_passes: bool = True) -> bool:
        """Nothing was lost, and no question or metric is missing, or fails, that did not before.

        Without `undecided_passes`, all has to be held.
        """
        wanted = {"held", "undecided"} if undecided_passes else {"held"}
        complete = not (self.failed_questions or self.missing_questions)
        complete = complete and not any(check.vanished for check in self.checks)
        return complete and all(check.verdict in wanted for check in self.checks)


def check_gate(baseline: Run, run: Run, max_losses: Mapping[str, float], seed: int = 0) -> GateResult:
    """Compare the run with the baseline in the named metrics alone, which the p-values are corrected for.

    A metric that the new run has for fewer of the baseline's questions, because it refused them for
    instance, is never held; one that it lacks for more than a twentieth of them fails. Raises NotComparable
    where a metric is missing on either side or no question is common to both.
    """
    comparison = compare(
        baseline,
        run,
        metrics=tuple(max_losses),
        sought_differences={name: loss or 0.01 for name, loss in max_losses.items()},
        seed=seed,
    )
    changes = {change.metric.name: change for change in comparison.changes}
    for name in max_losses:
        if name not in changes:
            raise NotComparable(f"No question has {name!r} in both runs, so its loss cannot be told.")
    failed_before = {row.question.id for row in baseline.rows if row.outcome.error is not None}
    failed = tuple(
        row.question.id
        for row in run.rows
        if row.outcome.error is not None and row.question.id not in failed_before
    )
    asked = {row.question.id for row in run.rows}
    missing = tuple(row.question.id for row in baseline.rows if row.question.id not in asked)
    checks = tuple(
        _check(changes[name], loss, *_dropped(baseline, run, name)) for name, loss in max_losses.items()
    )
    return GateResult(comparison, checks, failed, missing)


def parse_max_losses(texts: Sequence[str]) -> dict[str, float]:
    """`metric=0.02` as numbers. Raises EvaluationError."""
    found: dict[str, float] = {}
    for text in texts:
        match = _LOSS.fullmatch(text)
        try:
            loss = float(match["loss"]) if match else math.nan
        except ValueError:
            loss = math.nan
        if match is None or not (math.isfinite(loss) and loss >= 0):
            raise EvaluationError(
                f"{text!r} is no bound: write METRIC=LOSS with a loss of 0 or more, such as token_f1=0.02."
            )
        found[match["metric"].strip()] = loss
    return found


def _check(change: Change, max_loss: float, dropped: int, of: int) -> GateCheck:
    """The loss is against the way that is better: for seconds, a rise is a loss."""
    difference = change.difference
    if change.metric.higher_is_better:
        loss, low, high = 0.0 - difference.mean, 0.0 - difference.high, 0.0 - difference.low
    else:
        loss, low, high = difference.mean, difference.low, difference.high
    verdict: GateVerdict = "undecided"
    if loss > max_loss and change.adjusted_p <= ALPHA:
        verdict = "lost"
    elif not dropped and (high <= max_loss or change.equal == difference.count):
        verdict = "held"
    vanished = dropped > _MOST_DROPPED * of
    return GateCheck(change, max_loss, loss, low, high, verdict, dropped, vanished)


def _dropped(baseline: Run, run: Run, metric: str) -> tuple[int, int]:
    """Of the questions asked in both: how many have the metric in the baseline only, of how many there."""
    asked = {row.question.id for row in run.rows}
    has = {row.question.id for row in run.rows if metric in row.scores}
    had = [row.question.id for row in baseline.rows if metric in row.scores and row.question.id in asked]
    return sum(id not in has for id in had), len(had)
