"""Whoever writes while documents are read: notes of a piece, items of a piece, a summary of notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from generators.text.protocol import Quoting, TextGenerator
from rag.answering import Answering
from rag.enquiry import Enquiry
from rag.overviews.quoting import QuotingGenerator
from rag.prompts import load_step_template
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
        self._last = replace(settings.answer, calculate=False, quote_source=False, deadline_seconds=None)
        # A person's own instruction is for what that person reads: "Answer in one word" is not for notes.
        self._between = replace(self._last, system_prompt=None)

    def of_notes(self, quoting: Quoting) -> Answering:
        """What is not supported gives way to the document's own sentence, or goes."""
        written = replace(self._between, max_tokens=self._settings.overview.notes_tokens)
        return self._answering("overview_notes", quoting, "correct", written)

    def of_items(self) -> Answering:
        """What is not supported goes: a whole sentence is no item."""
        return self._answering("overview_items", "all", "withdraw", self._between)

    def of_condensed_notes(self, quoting: Quoting) -> Answering:
        return self._answering("overview_summary", quoting, "correct", self._between)

    def of_summary(self, quoting: Quoting) -> Answering:
        """What is not supported is treated as in any answer."""
        return self._answering("overview_summary", quoting, self._last.unsupported, self._last)

    def _answering(
        self, template: str, quoting: Quoting, unsupported: Unsupported, settings: AnswerSettings
    ) -> Answering:
        if self.checker is None:
            settings = replace(settings, unsupported="show", support_checker=None)
        else:
            settings = replace(settings, unsupported=unsupported)
        return Answering(
            QuotingGenerator(self.generator, quoting), load_step_template(template), settings, self.checker
        )


def written(
    answering: Answering,
    question: str,
    passages: Sequence[Passage],
    started: float,
    cancelled: Callable[[], bool],
) -> Answer:
    """All that it writes of the passages."""
    for event in answering.stream(Enquiry(question, passages, started), cancelled):
        if isinstance(event, Answered):
            return event.answer
    raise RuntimeError("the stream of an answer ended without one")  # it always ends with Answered
