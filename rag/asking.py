"""Whole answers of what comes as events."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ingest.document_filter import DocumentFilter
from rag.desk import Desk
from rag.question import sound
from rag.reading import ReadingPlanned, ReadingProgress
from rag.scope import combined
from rag.trace import Trace
from rag.types import Answer, Answered, Event, Turn


class Asking(ABC):
    """The part of a `Collection` that answers at once what `stream` answers as it comes."""

    _desk: Desk

    @abstractmethod
    def stream(
        self,
        question: str,
        *,
        document: str | None = None,
        only: DocumentFilter | None = None,
        turns: Sequence[Turn] = (),
        cancelled: Callable[[], bool] = lambda: False,
        trace: Callable[[Trace], None] | None = None,
        as_question: bool = False,
    ) -> Iterator[Event]:
        """The answer as it comes."""

    def ask(
        self,
        question: str,
        *,
        document: str | None = None,
        only: DocumentFilter | None = None,
        turns: Sequence[Turn] = (),
        cancelled: Callable[[], bool] = lambda: False,
        as_question: bool = False,
    ) -> Answer:
        """The answer, whole. `turns` are earlier questions of the same conversation.

        Once cancelled it is what was written until then, and its `finish` says so.
        """
        events = self.stream(
            question, document=document, only=only, turns=turns, cancelled=cancelled, as_question=as_question
        )
        return _last(events)

    def overview(
        self,
        document: str | None = None,
        question: str | None = None,
        *,
        only: DocumentFilter | None = None,
        progress: Callable[[ReadingPlanned | ReadingProgress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """A summary of the documents, read piece by piece; `answer.coverage` says what of them was read.

        `document` and `only` limit it as they limit a search. `question` says what it is to be about; one
        such as "List all deadlines." gives the list. `progress` is told how much there is to read, then each
        piece. Raises EmptyCollection, NoSuchDocument, QuestionTooLong, and the errors of the model.
        """
        focus = sound(question).strip() if question else None
        events = self._desk.overview(focus, combined(document, only), cancelled)
        return _last(_told(events, progress))

    def section_overviews(
        self,
        document: str,
        *,
        progress: Callable[[ReadingPlanned | ReadingProgress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[tuple[str, Answer]]:
        """Of each page of one document, or section under a heading, its label and its summary.

        All pages are read, however many. The summaries have no coverage of their own. Raises EmptyCollection,
        NoSuchDocument, QuestionTooLong, and the errors of the model.
        """
        for label, events in self._desk.sections(document, cancelled):
            answer = _last(_told(events, progress))
            yield label, replace(answer, coverage=None)
            if answer.finish in ("cancelled", "deadline"):
                return


def _told(
    events: Iterator[Event], progress: Callable[[ReadingPlanned | ReadingProgress], None]
) -> Iterator[Event]:
    for event in events:
        if isinstance(event, ReadingPlanned | ReadingProgress):
            progress(event)
        yield event


def _last(events: Iterator[Event]) -> Answer:
    for event in events:
        if isinstance(event, Answered):
            return event.answer
    raise RuntimeError("the stream of an answer ended without one")  # it always ends with Answered
