"""Whoever writes while documents are read: notes of a piece, items of a piece, a summary of notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from generators.text.protocol import Quoting, TextGenerator
from rag.answering import Answering
from rag.overviews.quoting import QuotingGenerator
from rag.prompts import load_template
from rag.settings import AnswerSettings, Settings, Unsupported
from rag.support.protocol import SupportChecker
from rag.types import Answer, Answered, Passage

#: What is asked where nothing in particular is. "What is this about?" would be answered with topics.
WHAT_DOES_IT_SAY = "What does this say?"


class Writers:
    """The makers of answerings over one generator and one checker, by what they are to write."""

    def __init__(self, generator: TextGenerator, checker: SupportChecker | None, settings: Settings) -> None:
        self.generator = generator
        self.checker = checker
        self._settings = settings

    def of_notes(self, quoting: Quoting) -> Answering:
        """What is not supported gives way to the document's own sentence, or goes."""
        return self._answering("overview_notes", quoting, "correct", self._settings.overview.notes_tokens)

    def of_items(self) -> Answering:
        """What is not supported goes: a whole sentence is no item."""
        return self._answering("overview_items", "all", "withdraw", self._settings.answer.max_tokens)

    def of_condensed_notes(self, quoting: Quoting) -> Answering:
        return self._answering("overview_summary", quoting, "correct", self._settings.answer.max_tokens)

    def of_summary(self, quoting: Quoting) -> Answering:
        """What is not supported is treated as in any answer."""
        answer = self._settings.answer
        return self._answering("overview_summary", quoting, answer.unsupported, answer.max_tokens)

    def _answering(
        self, template: str, quoting: Quoting, unsupported: Unsupported, max_tokens: int
    ) -> Answering:
        settings: AnswerSettings = replace(
            self._settings.answer,
            unsupported="show" if self.checker is None else unsupported,
            support_checker=self._settings.answer.support_checker if self.checker is not None else None,
            max_tokens=max_tokens,
        )
        return Answering(
            QuotingGenerator(self.generator, quoting), load_template(template), settings, self.checker
        )


def written(
    answering: Answering,
    question: str,
    passages: Sequence[Passage],
    started: float,
    cancelled: Callable[[], bool],
) -> Answer:
    """All that it writes of the passages."""
    for event in answering.stream(question, passages, started, (), cancelled):
        if isinstance(event, Answered):
            return event.answer
    raise RuntimeError("the stream of an answer ended without one")  # it always ends with Answered
