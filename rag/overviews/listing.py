"""Everything of one kind that stands in the documents: found piece by piece, put together by code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.overviews.pieces import Piece, halved
from rag.overviews.reading_plan import ReadingPlan
from rag.overviews.tally import Tally
from rag.overviews.writers import Writers, written
from rag.passages import GAP
from rag.reading import ReadingProgress
from rag.refusal import REFUSAL
from rag.terms import content_terms
from rag.types import (
    Answer,
    Answered,
    Citation,
    Event,
    Passage,
    PassagesFound,
    Refused,
    Sentence,
    SentenceChecked,
    Span,
    TextAdded,
    Verdict,
)

_BULLET = re.compile(r"^\s*(?:[-*•–▪]|\(?\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class _Found:
    """One item in one place. `passage` is the one that it was read in."""

    sentence: Sentence
    passages: tuple[Passage, ...]


class Listing:
    """Lists every `thing` in what a plan says is to be read."""

    def __init__(self, writers: Writers, thing: str, question: str) -> None:
        self._items = writers.of_items()
        self._asked = f"What are all the {thing}?"
        self._question = question

    def piece_tokens(self, wanted: int) -> int:
        """Tokens of a piece: as many as wanted, fewer where the context would overflow."""
        return self._items.passage_budget(self._asked, wanted, ())

    def stream(self, plan: ReadingPlan, started: float, cancelled: Callable[[], bool]) -> Iterator[Event]:
        """Progress, then the list; the last event is `Answered`."""
        tally = Tally(started)
        found: list[_Found] = []
        for number, piece in enumerate(plan.pieces):
            if not cancelled():
                yield ReadingProgress(piece.document, number + 1, len(plan.pieces))
                for answer in self._read(piece, tally, cancelled):
                    found += _items(answer)
            if cancelled():
                sentences, passages = _merged(found)
                coverage = plan.coverage(number)
                yield tally.stopped(self._question, coverage, _as_list(sentences), sentences, passages)
                return
        coverage = plan.coverage()
        if not found:
            yield Refused(REFUSAL)
            yield Answered(tally.refusal(self._question, coverage=coverage))
            return
        sentences, passages = _merged(found)
        text = _as_list(sentences)
        yield PassagesFound(passages)
        yield TextAdded(text)
        for sentence in sentences:
            yield SentenceChecked(sentence)
        yield Answered(tally.answer(self._question, text, sentences, passages, coverage))

    def _read(self, piece: Piece, tally: Tally, cancelled: Callable[[], bool]) -> Iterator[Answer]:
        """What is in the piece; where the list was cut off, what is in each half of it."""
        answer = tally.add(written(self._items, self._asked, piece.passages, tally.started, cancelled))
        halves = halved(piece) if answer.finish == "length" else ()
        if not halves:
            yield answer
        for half in halves:
            yield from self._read(half, tally, cancelled)


def _items(answer: Answer) -> list[_Found]:
    return [
        _Found(replace(sentence, text=text), answer.passages)
        for sentence in answer.sentences
        if sentence.citations
        and sentence.verdict is not Verdict.UNSUPPORTED
        and (text := _BULLET.sub("", sentence.text).strip(" .;,"))
    ]


def _merged(found: Sequence[_Found]) -> tuple[tuple[Sentence, ...], tuple[Passage, ...]]:
    """Each item once, in the order in which they came, with all its places; and a passage for each page."""
    pages: dict[tuple[int, int], int] = {}
    first: dict[tuple[int, int], Passage] = {}
    spans: dict[tuple[int, int], dict[int, Span]] = {}
    items: dict[tuple[str, ...], tuple[Sentence, dict[tuple[str, int, int], Citation]]] = {}
    for one in found:
        key = tuple(content_terms(one.sentence.text)) or (one.sentence.text,)
        _, places = items.setdefault(key, (one.sentence, {}))
        for citation in one.sentence.citations:
            passage = one.passages[citation.passage_number - 1]
            page = (passage.document_id, citation.page_number)
            number = pages.setdefault(page, len(pages) + 1)
            first.setdefault(page, passage)
            span = Span(
                citation.start, citation.end, citation.page_number, citation.page_label, citation.quote
            )
            spans.setdefault(page, {})[citation.start] = span
            places[citation.document, citation.start, citation.end] = replace(citation, passage_number=number)
    passages = []
    for page, number in pages.items():
        own = tuple(spans[page][start] for start in sorted(spans[page]))
        text = GAP.join(span.text for span in own)
        passages.append(replace(first[page], number=number, spans=own, text=text))
    sentences = tuple(
        replace(
            sentence,
            citations=tuple(places.values()),
            rests_on=next(iter(places.values())) if sentence.rests_on is not None else None,
        )
        for sentence, places in items.values()
    )
    return sentences, tuple(passages)


def _as_list(sentences: Sequence[Sentence]) -> str:
    return "\n".join(
        f"- {' '.join(sentence.text.split())}"
        + "".join(f" [{number}]" for number in dict.fromkeys(c.passage_number for c in sentence.citations))
        for sentence in sentences
    )
