"""What of the collection's other pages a question is checked against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evaluation.drafting.types import Place
from rag import Hit
from rag.sentences import sentence_spans
from rag.tasks.documents import shown_text
from rag.terms import content_terms

Search = Callable[[str, int], Sequence[Hit]]
_MOST_CHARACTERS = 450


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A chunk that a search for the question brought. `text` is as a model may be shown it, `page_number`
    counts from 1."""

    document: str
    name: str
    page_number: int
    text: str

    def near(self, question: str) -> str:
        """The sentences that share most words with the question, as they stand, as far as there is room."""
        asked = set(content_terms(question))
        spans = sentence_spans(self.text)
        shared = [len(asked & set(content_terms(self.text[start:end]))) for start, end in spans]
        chosen: list[int] = []
        room = _MOST_CHARACTERS
        for number in sorted(range(len(spans)), key=lambda number: (-shared[number], number)):
            length = spans[number][1] - spans[number][0]
            if length <= room:
                chosen.append(number)
                room -= length
        return "\n".join(self.text[slice(*spans[number])] for number in sorted(chosen))


def neighbours(search: Search, question: str, count: int, besides: Place | None = None) -> list[Neighbour]:
    """The nearest chunks, without those of the page of `besides` and those that hold its sentence."""
    own = "" if besides is None else "".join(besides.sentence.split())
    found = []
    for hit in search(question, count):
        if besides is not None and (
            (hit.document, hit.page_number) == (besides.document, besides.page_number)
            or own in "".join(hit.text.split())
        ):
            continue
        found.append(Neighbour(hit.document, hit.title or hit.name, hit.page_number, shown_text(hit.text)))
    return found
