"""What passages are picked from: stretches of documents that hits cover, and the sentences in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ingest.types import PAGE_BREAK, Page
from rag.companions import goes_on, headings_above
from rag.hits import Hit
from rag.sentences import sentence_spans
from rag.tables import read_row

_MINIMUM_SENTENCE_CHARACTERS = 3
#: So many characters above a stretch its table's heading is looked for.
_LOOK_BACK = 6_000


class DocumentReader(Protocol):
    """Where passages read: a document's text between two offsets, and its pages."""

    def text(self, document_id: int, start: int, end: int) -> str: ...

    def page(self, document_id: int, number: int) -> Page: ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hits of one document that touch each other, joined. Offsets are the document's."""

    best: Hit
    start: int
    end: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence that competes for a place. `tokens` are its own and those of what joins it to the next.

    One that only `heads` others, as the heading of a table does that begins above the hits, is never picked
    for itself.
    """

    stretch: int
    start: int
    end: int
    page_number: int
    text: str
    tokens: int
    hit_score: float
    heads: bool = False


def joined(hits: Sequence[Hit]) -> list[Stretch]:
    """Hits that overlap or stand next to each other become one stretch, as good as its best hit."""
    stretches: list[Stretch] = []
    for hit in sorted(hits, key=lambda hit: (hit.document_id, hit.start)):
        last = stretches[-1] if stretches else None
        if last and last.best.document_id == hit.document_id and hit.start <= last.end + 2:
            best = hit if hit.score > last.best.score else last.best
            stretches[-1] = Stretch(best, last.start, max(last.end, hit.end), (*last.hits, hit))
        else:
            stretches.append(Stretch(hit, hit.start, hit.end, (hit,)))
    return sorted(stretches, key=lambda stretch: stretch.best.rank)


def units_of(
    index: int,
    stretch: Stretch,
    count_tokens: Callable[[str], int],
    reader: DocumentReader,
) -> list[Unit]:
    # Read from the document: what lies between two hits that touch is part of no hit.
    whole = reader.text(stretch.best.document_id, stretch.start, stretch.end)
    units = _heading_above(index, stretch, whole, count_tokens, reader)
    for start, end in sentence_spans(whole):
        if end - start < _MINIMUM_SENTENCE_CHARACTERS:
            continue  # a scrap such as a bullet
        text, begin = whole[start:end], stretch.start + start
        # Of two hits that overlap here, the later one stands on the page where the sentence goes on.
        hits = [hit for hit in stretch.hits if hit.start <= begin < hit.end] or [stretch.best]
        score = max(hit.score for hit in hits)
        page = hits[-1].page_number
        units.append(Unit(index, begin, begin + len(text), page, text, count_tokens(text) + 1, score))
    return units


def _heading_above(
    index: int, stretch: Stretch, whole: str, count_tokens: Callable[[str], int], reader: DocumentReader
) -> list[Unit]:
    """The heading of a table that the stretch begins within: its rows say nothing without it."""
    first = whole.lstrip().partition("\n")[0]
    if read_row(first) is None:
        return []
    begin = max(0, stretch.start - _LOOK_BACK)
    # A page ends a table here: what stands before the break is of another page.
    before = reader.text(stretch.best.document_id, begin, stretch.start).rpartition(PAGE_BREAK)[2]
    spans = sentence_spans(before)
    texts = [before[start:end] for start, end in spans] + [first]
    begin = stretch.start - len(before)
    page = min(stretch.hits, key=lambda hit: hit.start).page_number
    return [
        Unit(
            index,
            begin + spans[above][0],
            begin + spans[above][1],
            page,
            texts[above],
            count_tokens(texts[above]) + 1,
            stretch.best.score,
            heads=True,
        )
        for above in headings_above(texts, len(spans))
    ]


def companions(units: Sequence[Unit], index: int) -> list[int]:
    """What goes with a unit of the same stretch, first to last."""
    first = index
    while first > 0 and units[first - 1].stretch == units[index].stretch:
        first -= 1
    heads = headings_above([unit.text for unit in units[first : index + 1]], index - first)
    if heads:
        return [first + head for head in heads]
    before = index - 1
    goes_with = before >= first and not units[before].heads and goes_on(units[index].text)
    return [before] if goes_with and units[before].end + 2 >= units[index].start else []


def follows(first: Unit, second: Unit) -> bool:
    """Whether nothing but white space stands between two units."""
    return first.stretch == second.stretch and 0 <= second.start - first.end <= 2


def cut_to(unit: Unit, token_budget: int, count_tokens: Callable[[str], int]) -> Unit:
    """The unit's beginning, as much as fits; a single character if nothing does."""
    text = unit.text
    while len(text) > 1 and count_tokens(text) > token_budget:
        text = text[: int(len(text) * 0.8)].rstrip() or text[:1]
    return replace(unit, end=unit.start + len(text), text=text)
