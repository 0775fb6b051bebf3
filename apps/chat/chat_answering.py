"""An answer's events become what a page shows while it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apps.chat.chat_queue import WaitingLine
from apps.chat.chat_work import Job, Outcome, Stopped, Work
from rag import (
    Answered,
    Event,
    PassagesFound,
    ReadingPlanned,
    ReadingProgress,
    ReasoningAdded,
    Refused,
    SentenceChecked,
    SentenceCorrected,
    SentenceWithdrawn,
    TextAdded,
)

#: Gives the events of one answer; it is handed what tells whether to stop.
Ask = Callable[[Callable[[], bool]], Iterator[Event]]


def answering(ask: Ask, line: WaitingLine) -> Job:
    """The job of a `Work` that waits for the language model, then answers."""

    def job(work: Work) -> Outcome:
        with line.turn(lambda before: work.tell(stage="waiting", ahead=before), work.cancelled) as mine:
            if not mine:
                return Stopped("")
            work.tell(stage="looking", ahead=0)
            return _followed(ask(work.cancelled), work)

    return job


def _followed(events: Iterator[Event], work: Work) -> Outcome:
    for event in events:
        if isinstance(event, Answered):
            return event.answer
        _tell(work, event)
    raise RuntimeError("the stream of an answer ended without one")  # it always ends with Answered


def _tell(work: Work, event: Event) -> None:
    draft = work.draft
    if isinstance(event, ReadingPlanned):
        work.tell(stage="reading", note=f"About {event.pages:,} pages to read in {event.pieces:,} pieces.")
    elif isinstance(event, ReadingProgress):
        work.tell(stage="reading", note=f"Reading piece {event.piece:,} of {event.pieces:,}.")
    elif isinstance(event, PassagesFound):
        work.tell(stage="writing", passages=event.passages)
    elif isinstance(event, ReasoningAdded):
        work.tell(stage="writing", reasoning=draft.reasoning + event.text)
    elif isinstance(event, TextAdded):
        work.tell(stage="writing", text=draft.text + event.text)
    elif isinstance(event, SentenceChecked):
        work.tell(sentences=(*draft.sentences, event.sentence))
    elif isinstance(event, SentenceCorrected):
        work.tell(sentences=(*draft.sentences[:-1], event.sentence))
    elif isinstance(event, SentenceWithdrawn):
        work.tell(sentences=(*draft.sentences[:-1], None))
    elif isinstance(event, Refused):
        work.tell(text=event.text, sentences=())
