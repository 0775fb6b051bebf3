"""What is kept of a chat."""

from __future__ import annotations

from dataclasses import dataclass

from rag.reading import Coverage
from rag.types import AnswerKind, Finish, RefusalReason, Sentence, Timings, TokenUse


@dataclass(frozen=True, slots=True)
class Conversation:
    """One chat in a listing. `began` and `changed` are moments in UTC, as ISO 8601 writes them.

    `collection` is the name of the one that was asked; it may be gone by now.
    """

    id: str
    title: str
    collection: str
    began: str
    changed: str
    turn_count: int


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """Where a passage stood that the answer was written from. Its text is the document's, and not kept."""

    number: int
    document: str
    title: str
    page_number: int
    page_end: int


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question of a chat and all that came of it. `number` counts from 1; `asked` is a moment in UTC.

    `searched` is what was searched for, None where that is the question as it was typed; `text` is the
    answer with its marks; `engine` is what wrote it. `kind` and `coverage` as in `Answer`.
    """

    number: int
    asked: str
    question: str
    searched: str | None
    text: str
    short_answer: str | None
    refused: bool
    refusal: RefusalReason | None
    finish: Finish
    sentences: tuple[Sentence, ...]
    passages: tuple[PassagePlace, ...]
    timings: Timings
    tokens: TokenUse
    engine: str
    kind: AnswerKind = "answer"
    coverage: Coverage | None = None


@dataclass(frozen=True, slots=True)
class KeptConversation:
    """A chat whole, its turns in their order."""

    about: Conversation
    turns: tuple[KeptTurn, ...]
