"""From hits to numbered passages: the right sentences, within a token budget.

A prompt token costs time, so the budget is small on a CPU. When the best hits fit whole they are
shown whole; otherwise their sentences compete, and the winners are shown in their document's order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ingest.embedding.protocol import Embedder, Vectors
from ingest.types import Page
from rag.hits import Hit
from rag.sentences import sentence_spans
from rag.terms import content_terms
from rag.types import (
    Passage,
    Span,
)

#: Shown where a passage leaves sentences out.
GAP = "\n...\n"

#: Weights of what makes a sentence worth its tokens; see `_scores`.
_HIT_WEIGHT, _MEANING_WEIGHT, _WORDS_WEIGHT = 0.5, 1.0, 0.7
_MINIMUM_SENTENCE_CHARACTERS = 3
_LONGEST_TITLE = 80


class DocumentReader(Protocol):
    """Where passages read: a document's text between two offsets, and its pages."""

    def text(self, document_id: int, start: int, end: int) -> str: ...

    def page(self, document_id: int, number: int) -> Page: ...


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Hits of one document that touch each other, joined. Offsets are the document's."""

    best: Hit
    start: int
    end: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence that competes for a place. `tokens` are its own and those of what joins it to the next."""

    stretch: int
    start: int
    end: int
    page_number: int
    text: str
    tokens: int
    hit_score: float


def pick_passages(
    question: str,
    query_vector: Vectors,
    hits: Sequence[Hit],
    token_budget: int,
    count_tokens: Callable[[str], int],
    embedder: Embedder,
    reader: DocumentReader,
) -> tuple[Passage, ...]:
    """Passages whose texts, with their titles, take at most `token_budget` tokens together.

    At least one sentence is always given when there is a hit, cut if it alone exceeds the budget.
    """
    stretches = _join(hits)
    units = [
        unit
        for index, stretch in enumerate(stretches)
        for unit in _units(index, stretch, count_tokens, reader)
    ]
    if not units:
        return ()
    overhead = [count_tokens(_heading(stretch)) for stretch in stretches]
    if sum(unit.tokens for unit in units) + sum(overhead) <= token_budget:
        chosen = list(range(len(units)))
    else:
        scores = _scores(question, query_vector, units, embedder)
        chosen = _fill(units, scores, overhead, token_budget, count_tokens(GAP))
    if not chosen:
        best = max(range(len(units)), key=lambda index: units[index].hit_score)
        units[best] = _cut(units[best], token_budget - overhead[units[best].stretch], count_tokens)
        chosen = [best]
    return _number(stretches, [units[index] for index in sorted(chosen)], reader)


def _heading(stretch: _Stretch) -> str:
    """At least as long as what the prompt shows above a passage."""
    return f"\n\n[00] {shown_title(stretch.best.title)}\n"


def _join(hits: Sequence[Hit]) -> list[_Stretch]:
    """Hits that overlap or stand next to each other become one stretch, as good as its best hit."""
    stretches: list[_Stretch] = []
    for hit in sorted(hits, key=lambda hit: (hit.document_id, hit.start)):
        last = stretches[-1] if stretches else None
        if last and last.best.document_id == hit.document_id and hit.start <= last.end + 2:
            best = hit if hit.score > last.best.score else last.best
            stretches[-1] = _Stretch(best, last.start, max(last.end, hit.end), (*last.hits, hit))
        else:
            stretches.append(_Stretch(hit, hit.start, hit.end, (hit,)))
    return sorted(stretches, key=lambda stretch: stretch.best.rank)


def _units(
    index: int,
    stretch: _Stretch,
    count_tokens: Callable[[str], int],
    reader: DocumentReader,
) -> list[_Unit]:
    # Read from the document: what lies between two hits that touch is part of no hit.
    whole = reader.text(stretch.best.document_id, stretch.start, stretch.end)
    units: list[_Unit] = []
    for start, end in sentence_spans(whole):
        if end - start < _MINIMUM_SENTENCE_CHARACTERS:
            continue  # a scrap such as a bullet
        text, begin = whole[start:end], stretch.start + start
        # Of two hits that overlap here, the later one stands on the page where the sentence goes on.
        hits = [hit for hit in stretch.hits if hit.start <= begin < hit.end] or [stretch.best]
        score = max(hit.score for hit in hits)
        page = hits[-1].page_number
        units.append(_Unit(index, begin, begin + len(text), page, text, count_tokens(text) + 1, score))
    return units


def _scores(question: str, query_vector: Vectors, units: Sequence[_Unit], embedder: Embedder) -> list[float]:
    """The hit's score, cosine similarity to the question, and the share of its rare words, weighted."""
    meaning = embedder.embed_documents([unit.text for unit in units]) @ query_vector
    terms = [set(content_terms(unit.text)) for unit in units]
    wanted = set(content_terms(question))
    frequency = {term: sum(term in unit_terms for unit_terms in terms) for term in wanted}
    rarity = {term: float(np.log(1 + len(units) / (1 + frequency[term]))) for term in wanted}
    total = sum(rarity.values()) or 1.0
    return [
        _HIT_WEIGHT * unit.hit_score
        + _MEANING_WEIGHT * float(meaning[index])
        + _WORDS_WEIGHT * sum(rarity[term] for term in wanted & terms[index]) / total
        for index, unit in enumerate(units)
    ]


def _fill(
    units: Sequence[_Unit],
    scores: Sequence[float],
    overhead: Sequence[int],
    token_budget: int,
    gap_tokens: int,
) -> list[int]:
    """Best sentences first, each of the first few with its neighbours, until the budget is used."""
    chosen: set[int] = set()
    opened: set[int] = set()
    left = token_budget

    def take(index: int) -> bool:
        nonlocal left
        unit = units[index]
        # As if a gap stood beside every sentence: the budget then holds whichever are chosen.
        cost = unit.tokens + (gap_tokens if unit.stretch in opened else overhead[unit.stretch])
        if index in chosen or cost > left:
            return False
        chosen.add(index)
        opened.add(unit.stretch)
        left -= unit.tokens if touches(index) else cost
        return True

    def touches(index: int) -> bool:
        return any(
            chosen.issuperset(pair) and _follows(units[pair[0]], units[pair[1]])
            for pair in ((index - 1, index), (index, index + 1))
        )

    for index in sorted(range(len(units)), key=lambda index: -scores[index]):
        if take(index) and len(chosen) <= _NEIGHBOURED:
            for neighbour in (index - 1, index + 1):
                if 0 <= neighbour < len(units) and units[neighbour].stretch == units[index].stretch:
                    take(neighbour)
    return sorted(chosen)


#: So many of the first sentences bring their neighbours along: what "it" and "they" stand for.
_NEIGHBOURED = 4


def _follows(first: _Unit, second: _Unit) -> bool:
    """Whether nothing but white space stands between two units."""
    return first.stretch == second.stretch and 0 <= second.start - first.end <= 2


def _cut(unit: _Unit, token_budget: int, count_tokens: Callable[[str], int]) -> _Unit:
    """The unit's beginning, as much as fits; a single character if nothing does."""
    text = unit.text
    while len(text) > 1 and count_tokens(text) > token_budget:
        text = text[: int(len(text) * 0.8)].rstrip() or text[:1]
    return replace(unit, end=unit.start + len(text), text=text)


def shown_title(title: str) -> str:
    """A title as the prompt shows it: an endless one would leave no room for what it stands above."""
    return title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE]}..."


def _number(
    stretches: Sequence[_Stretch], units: Sequence[_Unit], reader: DocumentReader
) -> tuple[Passage, ...]:
    passages: list[Passage] = []
    labels: dict[tuple[int, int], str] = {}

    def label(document_id: int, number: int) -> str:
        if (document_id, number) not in labels:
            labels[document_id, number] = reader.page(document_id, number).label
        return labels[document_id, number]

    for index, stretch in enumerate(stretches):
        own = [unit for unit in units if unit.stretch == index]
        if not own:
            continue
        hit = stretch.best
        spans: list[Span] = []
        text = ""
        for position, unit in enumerate(own):
            page_label = label(hit.document_id, unit.page_number)
            spans.append(Span(unit.start, unit.end, unit.page_number, page_label, unit.text))
            if position:
                text += "\n" if _follows(own[position - 1], unit) else GAP
            text += unit.text
        passages.append(
            Passage(
                number=len(passages) + 1,
                document_id=hit.document_id,
                document=hit.document,
                title=hit.title,
                headings=hit.headings,
                spans=tuple(spans),
                text=text,
            )
        )
    return tuple(passages)
