"""How surprising an answer's wording is to a language model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

from evaluation.metrics.refusals import refused
from evaluation.types import Metric, Outcome, Question


class TextLikelihood(Protocol):
    """What a language model holds of a text."""

    def log_likelihood(self, text: str) -> tuple[float, int]:
        """Sum of the natural logarithms of the probabilities of the tokens after the first, and their number.

        Each token's probability is that after all tokens before it. (0.0, 0) where the text has no second.
        """
        ...

    @property
    def identity(self) -> str:
        """Names the model and its weights."""
        ...

    def close(self) -> None: ...


class UniformLikelihood:
    """A likelihood without a model, for tests: words are tokens, each of `choices` words as likely."""

    def __init__(self, choices: int = 100) -> None:
        self._choices = choices

    @property
    def identity(self) -> str:
        return f"uniform over {self._choices}"

    def log_likelihood(self, text: str) -> tuple[float, int]:
        predicted = max(0, len(text.split()) - 1)
        return -predicted * math.log(self._choices), predicted

    def close(self) -> None:
        """Nothing is held."""


class PerplexityScorer:
    """exp(-(log p_2 + ... + log p_n) / (n - 1)) of an answer's n tokens: 1 and more, lower is better.

    Jelinek and others (1977), https://doi.org/10.1121/1.2016299. It judges fluency, not truth: the question
    and the passages are not shown to the model. Per token, so only scores of one model compare; bits per
    byte would compare across tokenizers. Short answers have high and unsteady values.

    Defined for answers (all of their text, not the short answer) of at least two tokens that are no refusals
    and not held for impossible (then it would be infinite).
    """

    def __init__(self, measure: TextLikelihood) -> None:
        """The measure is the scorer's from now on, and closed with it."""
        self._measure = measure

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (
            Metric("perplexity", "Perplexity", "answer", higher_is_better=False, lowest=1.0, highest=None),
        )

    @property
    def facts(self) -> Mapping[str, str]:
        return {"perplexity": self._measure.identity}

    def score(self, question: Question, outcome: Outcome) -> dict[str, float]:
        reply = outcome.reply
        if outcome.error is not None or reply is None or not reply.text.strip() or refused(question, reply):
            return {}
        total, predicted = self._measure.log_likelihood(reply.text)
        if predicted < 1:
            return {}
        try:
            perplexity = math.exp(-total / predicted)
        except OverflowError:
            return {}
        # A sum over floats of certain tokens may come out a little above 0.
        return {"perplexity": max(1.0, perplexity)} if math.isfinite(perplexity) else {}

    def close(self) -> None:
        self._measure.close()
