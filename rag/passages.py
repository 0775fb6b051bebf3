"""From hits to numbered passages: the right sentences, within a token budget.

A prompt token costs time, so the budget is small on a CPU. When the best hits fit whole they are
shown whole; otherwise their sentences compete, and the winners are shown in their document's order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from ingest.embedding.protocol import Embedder, Vectors
from rag.calculation.asked import Asked, asked_calculation
from rag.companions import row_likeness
from rag.hits import Hit
from rag.stretches import DocumentReader, Stretch, Unit, companions, cut_to, follows, joined, units_of
from rag.terms import content_terms
from rag.types import Passage, Span

#: Shown where a passage leaves sentences out.
GAP = "\n...\n"

#: Weights of what makes a sentence worth its tokens; see `_scores`.
_HIT_WEIGHT, _MEANING_WEIGHT, _WORDS_WEIGHT = 0.5, 1.0, 0.7
#: What a row called like the things to calculate with is worth beside that.
_ROW_WEIGHT = 1.5
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Picking:
    """A question's hits, and what their sentences are weighed with."""

    question: str
    query_vector: Vectors
    hits: Sequence[Hit]
    count_tokens: Callable[[str], int]
    embedder: Embedder
    reader: DocumentReader

    def pick(self, token_budget: int) -> tuple[Passage, ...]:
        """Passages whose texts, with their titles, take at most `token_budget` tokens together.

        At least one sentence is always given when there is a hit, cut if it alone exceeds the budget.
        """
        stretches = joined(self.hits)
        units = self._units(stretches)
        if not units:
            return ()
        overhead = self._overhead(stretches)
        gaps = self.count_tokens(GAP) * sum(unit.heads for unit in units)
        if sum(unit.tokens for unit in units) + sum(overhead) + gaps <= token_budget:
            chosen = list(range(len(units)))
        else:
            chosen = self._filled(units, self._scored(units), overhead, token_budget)
        if not chosen:
            best = max(range(len(units)), key=lambda index: (not units[index].heads, units[index].hit_score))
            room = token_budget - overhead[units[best].stretch]
            units[best] = cut_to(units[best], room, self.count_tokens)
            chosen = [best]
        return _numbered(stretches, [units[index] for index in sorted(chosen)], self.reader, 1)

    def pick_further(self, token_budget: int, shown: Sequence[Passage]) -> tuple[Passage, ...] | None:
        """Those `shown` before, and behind them passages of at most `token_budget` tokens.

        What was shown is not shown again, but for the heading of a new row's table. None where the best
        sentence of all neither was shown nor fits: what is beside it is not worth as much.
        """
        stretches = joined(self.hits)
        units = self._units(stretches)
        old = frozenset(
            index for index, unit in enumerate(units) if _is_shown(unit, stretches[unit.stretch], shown)
        )
        units = [replace(unit, heads=True) if index in old else unit for index, unit in enumerate(units)]
        competing = [index for index, unit in enumerate(units) if not unit.heads]
        if not competing:
            return tuple(shown)
        scores = self._scored(units)
        best = max([*competing, *old], key=lambda index: scores[index])
        chosen = self._filled(units, scores, self._overhead(stretches), token_budget, old)
        if best not in old and best not in chosen:
            return None
        picked = [units[index] for index in sorted(chosen)]
        return (*shown, *_numbered(stretches, picked, self.reader, len(shown) + 1))

    def _units(self, stretches: Sequence[Stretch]) -> list[Unit]:
        units = [
            unit
            for index, stretch in enumerate(stretches)
            for unit in units_of(index, stretch, self.count_tokens, self.reader)
        ]
        # Many documents begin with their title, which the prompt shows above each of their passages anyway.
        saying = [unit for unit in units if not _is_title(unit, stretches[unit.stretch])]
        return saying or units

    def _overhead(self, stretches: Sequence[Stretch]) -> list[int]:
        return [self.count_tokens(_heading(stretch)) for stretch in stretches]

    def _scored(self, units: Sequence[Unit]) -> list[float]:
        asked = asked_calculation(self.question)
        return _scores(self.question, self.query_vector, units, self.embedder, asked)

    def _filled(
        self,
        units: Sequence[Unit],
        scores: Sequence[float],
        overhead: Sequence[int],
        token_budget: int,
        old: Set[int] = frozenset(),
    ) -> list[int]:
        # A calculation needs other rows than those beside a row.
        neighboured = _NEIGHBOURED if asked_calculation(self.question) is None else 0
        return _fill(units, scores, overhead, token_budget, self.count_tokens(GAP), neighboured, old)


def _is_shown(unit: Unit, stretch: Stretch, shown: Sequence[Passage]) -> bool:
    return any(
        passage.document_id == stretch.best.document_id and span.start <= unit.start and unit.end <= span.end
        for passage in shown
        for span in passage.spans
    )


def _is_title(unit: Unit, stretch: Stretch) -> bool:
    return unit.text.strip("# \n").casefold() == stretch.best.title.casefold()


def _heading(stretch: Stretch) -> str:
    """At least as long as what the prompt shows above a passage."""
    return f"\n\n[00] {shown_title(stretch.best.title)}\n"


def _scores(
    question: str, query_vector: Vectors, units: Sequence[Unit], embedder: Embedder, asked: Asked | None
) -> list[float]:
    """The hit's score, cosine similarity to the question, and the share of its rare words, weighted.

    Where a calculation is asked for, rows that are called like its items come first.
    """
    meaning = embedder.embed_documents([unit.text for unit in units]) @ query_vector
    terms = [set(content_terms(unit.text)) for unit in units]
    wanted = set(content_terms(question))
    frequency = {term: sum(term in unit_terms for unit_terms in terms) for term in wanted}
    rarity = {term: float(np.log(1 + len(units) / (1 + frequency[term]))) for term in wanted}
    total = sum(rarity.values()) or 1.0
    return [
        (0.0 if asked is None else _ROW_WEIGHT * row_likeness(asked, unit.text))
        + _HIT_WEIGHT * unit.hit_score
        + _MEANING_WEIGHT * float(meaning[index])
        + _WORDS_WEIGHT * sum(rarity[term] for term in wanted & terms[index]) / total
        for index, unit in enumerate(units)
    ]


def _fill(
    units: Sequence[Unit],
    scores: Sequence[float],
    overhead: Sequence[int],
    token_budget: int,
    gap_tokens: int,
    neighboured: int,
    old: Set[int],
) -> list[int]:
    """Best sentences first, each of the first few with its neighbours, until the budget is used.

    Those of `old` are no neighbours: they stand in the prompt.
    """
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

    def take_with_companions(index: int) -> bool:
        """The heading of its table or the sentence it goes on from come first, where all fit together."""
        beside = [other for other in companions(units, index) if other not in chosen]
        opening = 0 if units[index].stretch in opened else overhead[units[index].stretch]
        whole = sum(units[other].tokens + gap_tokens for other in (*beside, index)) + opening
        if whole <= left and index not in chosen:
            for other in beside:
                take(other)
        return take(index)

    def touches(index: int) -> bool:
        return any(
            chosen.issuperset(pair) and follows(units[pair[0]], units[pair[1]])
            for pair in ((index - 1, index), (index, index + 1))
        )

    wanted = [index for index in range(len(units)) if not units[index].heads]
    for index in sorted(wanted, key=lambda index: -scores[index]):
        if take_with_companions(index) and len(chosen) <= neighboured:
            for neighbour in (index - 1, index + 1):
                beside = 0 <= neighbour < len(units) and neighbour not in old
                if beside and units[neighbour].stretch == units[index].stretch:
                    take(neighbour)
    return sorted(chosen)


#: So many of the first sentences bring their neighbours along: what "it" and "they" stand for.
_NEIGHBOURED = 4


def shown_title(title: str) -> str:
    """A title as the prompt shows it: an endless one would leave no room for what it stands above."""
    return title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE]}..."


def _numbered(
    stretches: Sequence[Stretch], units: Sequence[Unit], reader: DocumentReader, first: int
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
                text += "\n" if follows(own[position - 1], unit) else GAP
            text += unit.text
        passages.append(
            Passage(
                number=first + len(passages),
                document_id=hit.document_id,
                document=hit.document,
                title=hit.title,
                headings=hit.headings,
                spans=tuple(spans),
                text=text,
            )
        )
    return tuple(passages)
