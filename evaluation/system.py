"""The seam between a question set and whatever answers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from evaluation.types import Question, Reply, Retrieval


@dataclass(frozen=True, slots=True)
class HeldChunk:
    """A chunk of a document, found or not. Page numbers count from 1."""

    page_number: int
    page_end: int
    text: str


class System(Protocol):
    """What is measured: it finds chunks for questions, and answers them.

    A question's `document` limits both to that document, under the name that `held_name` gave it. A
    document that holds no text, or is not there, gives no hits and a refusal; other errors of the system
    are raised.
    """

    def facts(self, *, answers: bool) -> Mapping[str, str]:
        """What decides the outcomes: with equal facts they are equal, but for times.

        Without `answers`, only what retrieval depends on.
        """
        ...

    def surroundings(self) -> Mapping[str, str]:
        """What else is worth knowing, such as which device computes."""
        ...

    def held_name(self, document: str) -> str | None:
        """The one name that hits use for a document that a set names; None where it is not held."""
        ...

    def chunks(self, document: str) -> Iterable[HeldChunk]:
        """All chunks of a document, under its held name."""
        ...

    def load(self, *, answers: bool) -> None:
        """Load the models now, so that no question's time includes it."""
        ...

    def search(self, question: str, count: int, document: str | None = None) -> Retrieval:
        """The `count` best chunks."""
        ...

    def ask(self, question: str, document: str | None = None) -> Reply: ...

    def close(self) -> None: ...


def in_held_names(question: Question, system: System) -> Question:
    """The question with its document and gold under the names that the system's hits use.

    What the system does not hold keeps its name, and is never found.
    """
    gold = tuple(
        replace(place, document=system.held_name(place.document) or place.document) for place in question.gold
    )
    document = question.document and (system.held_name(question.document) or question.document)
    return replace(question, gold=gold, document=document)
