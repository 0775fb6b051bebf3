"""What many calls of a model came to together, and the answers that are made of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from rag.reading import Coverage
from rag.refusal import REFUSAL
from rag.types import Answer, Answered, AnswerKind, Passage, RefusalReason, Sentence, Timings, TokenUse


class Tally:
    """Adds up tokens. `started` is the `time.perf_counter()` of the question's arrival."""

    def __init__(self, started: float, kind: AnswerKind = "overview") -> None:
        self.started = started
        self._kind = kind
        self._use = TokenUse(0, 0, 0)

    def add(self, answer: Answer) -> Answer:
        """The answer, counted."""
        self._use += answer.tokens
        return answer

    def timed(self, answer: Answer) -> Answer:
        """The answer with the tokens of all calls, and the time until now."""
        total = time.perf_counter() - self.started
        return replace(
            answer, kind=self._kind, tokens=self._use, timings=replace(answer.timings, total_seconds=total)
        )

    def answer(
        self,
        question: str,
        text: str,
        sentences: Sequence[Sentence] = (),
        passages: Sequence[Passage] = (),
        coverage: Coverage | None = None,
        short_answer: str | None = None,
    ) -> Answer:
        now = time.perf_counter() - self.started
        timings = Timings(0.0, now, now if sentences else None, now)
        made = Answer(
            question, text, short_answer, False, tuple(sentences), tuple(passages), timings, self._use
        )
        return replace(made, kind=self._kind, coverage=coverage)

    def refusal(
        self,
        question: str,
        text: str = REFUSAL,
        reason: RefusalReason = "not-stated",
        coverage: Coverage | None = None,
    ) -> Answer:
        return replace(self.answer(question, text, coverage=coverage), refused=True, refusal=reason)

    def stopped(
        self,
        question: str,
        coverage: Coverage,
        text: str = "",
        sentences: Sequence[Sentence] = (),
        passages: Sequence[Passage] = (),
    ) -> Answered:
        """What there is when somebody stops it."""
        made = self.answer(question, text, sentences, passages, coverage)
        return Answered(replace(made, finish="cancelled"))
