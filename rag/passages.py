"""From hits to numbered passages: the right sentences, within a token budget.

A prompt token costs time, so the budget is small on a CPU. When the best hits fit whole they are
shown whole; otherwise their sentences compete, and the winners are shown in their document's order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ingest.embedding.protocol import Embedder, Vectors
from rag.sentences import sentence_spans
from rag.terms import content_terms
from rag.types import Hit, Passage, Span

#: Shown where a passage leaves sentences out.
GAP = "\n...\n"

#: Weights of what makes a sentence worth its tokens; see `_scores`.
_HIT_WEIGHT, _MEANING_WEIGHT, _WORDS_WEIGHT = 0.5, 1.0, 0.7
_MINIMUM_SENTENCE_CHARACTERS = 3


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Hits of one document that touch each other, joined. Offsets are the document's."""

    best: Hit
    start: int
    end: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence that competes for a place."""

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
    read_text: Callable[[int, int, int], str],
) -> tuple[Passage, ...]:
    """Passages whose texts, with their headings, take at most `token_budget` tokens together.

    `read_text` gives a document's text, by its id, between two offsets: what lies between two hits that
    touch is part of no hit.

    At least one sentence is always given when there is a hit, cut if it alone exceeds the budget.
    """
    stretches = _join(hits)
    units = [
        unit
        for index, stretch in enumerate(stretches)
        for unit in _units(index, stretch, count_tokens, read_text)
    ]
    if not units:
        return ()
    overhead = [count_tokens(f"[0] {stretch.best.title}\n") + 2 for stretch in stretches]
    if sum(unit.tokens for unit in units) + sum(overhead) <= token_budget:
        chosen = list(range(len(units)))
    else:
        scores = _scores(question, query_vector, units, embedder)
        chosen = _fill(units, scores, overhead, token_budget)
    if not chosen:
        best = max(range(len(units)), key=lambda index: units[index].hit_score)
        units[best] = _cut(units[best], token_budget, count_tokens)
        chosen = [best]
    return _number(stretches, [units[index] for index in sorted(chosen)])


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
    read_text: Callable[[int, int, int], str],
) -> list[_Unit]:
    whole = read_text(stretch.best.document_id, stretch.start, stretch.end)
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
    units: Sequence[_Unit], scores: Sequence[float], overhead: Sequence[int], token_budget: int
) -> list[int]:
    """Best sentences first, each with the one before it while it is young, until the budget is used."""
    chosen: set[int] = set()
    opened: set[int] = set()
    left = token_budget

    def take(index: int) -> bool:
        nonlocal left
        unit = units[index]
        cost = unit.tokens + (0 if unit.stretch in opened else overhead[unit.stretch])
        if index in chosen or cost > left:
            return False
        chosen.add(index)
        opened.add(unit.stretch)
        left -= cost
        return True

    for index in sorted(range(len(units)), key=lambda index: -scores[index]):
        if take(index) and len(chosen) <= _NEIGHBOURED:
            for neighbour in (index - 1, index + 1):
                if 0 <= neighbour < len(units) and units[neighbour].stretch == units[index].stretch:
                    take(neighbour)
    return sorted(chosen)


#: So many of the first sentences bring their neighbours along: what "it" and "they" stand for.
_NEIGHBOURED = 4


def _cut(unit: _Unit, token_budget: int, count_tokens: Callable[[str], int]) -> _Unit:
    text = unit.text
    while text and count_tokens(text) > token_budget:
        text = text[: int(len(text) * 0.8)].rstrip()
    return _Unit(
        unit.stretch, unit.start, unit.start + len(text), unit.page_number, text, token_budget, unit.hit_score
    )


def _number(stretches: Sequence[_Stretch], units: Sequence[_Unit]) -> tuple[Passage, ...]:
    passages: list[Passage] = []
    for index, stretch in enumerate(stretches):
        own = [unit for unit in units if unit.stretch == index]
        if not own:
            continue
        hit = stretch.best
        spans: list[Span] = []
        text = ""
        for position, unit in enumerate(own):
            spans.append(Span(unit.start, unit.end, unit.page_number, unit.text))
            if position:
                text += "\n" if unit.start - own[position - 1].end <= 2 else GAP
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
