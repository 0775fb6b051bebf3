"""The seam between what came of a question and the numbers it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from evaluation.types import Metric, Outcome, Question


class Scorer(Protocol):
    """Computes some metrics, one question at a time."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All metrics it can give, in the order they are shown."""
        ...

    @property
    def facts(self) -> Mapping[str, str]:
        """What the scores depend on besides the outcome, by metric: a model and its hash, for instance."""
        ...

    def score(self, question: Question, outcome: Outcome) -> dict[str, float]:
        """The metrics that are defined for this question, by name; finite, and within their bounds.

        One that is not defined is absent, so that a mean is over the questions it is defined for. An outcome
        with an error has no scores, nor has what is missing from it (the retrieval or the reply).
        """
        ...

    def close(self) -> None:
        """Lets go of what was loaded; the scorer is not used afterwards."""
        ...
