"""A document's pages cut into pieces that fit a prompt. Every sentence keeps its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.types import PAGE_BREAK, Page
from rag.holdings import Holding
from rag.passages import shown_title
from rag.sentences import sentence_spans
from rag.types import Passage, Span

_MINIMUM_SENTENCE_CHARACTERS = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """Pages of one document, or a part of a long one, as numbered passages; `page_ends` are read with it.

    `tokens` is an upper bound of what the passages take in a prompt.
    """

    document_id: int
    document: str
    passages: tuple[Passage, ...]
    tokens: int
    page_ends: int


def cut_pieces(
    holding: Holding,
    pages: Iterable[Page],
    wanted: frozenset[int] | None,
    token_budget: int,
    count_tokens: Callable[[str], int],
) -> Iterator[Piece]:
    """The pages with these numbers (None: all), from all pages of the document in their order."""
    passages: list[Passage] = []
    tokens = page_ends = start = 0
    for page in pages:
        if wanted is None or page.number in wanted:
            for part, part_tokens in _parts(holding, page, start, token_budget, count_tokens):
                if passages and tokens + part_tokens > token_budget:
                    yield _piece(holding, passages, tokens, page_ends)
                    passages, tokens, page_ends = [], 0, 0
                passages.append(_passage(holding, page, part, len(passages) + 1))
                tokens += part_tokens
            page_ends += 1
        start += len(page.text) + len(PAGE_BREAK)
    if passages:
        yield _piece(holding, passages, tokens, page_ends)


def _parts(
    holding: Holding, page: Page, start: int, token_budget: int, count_tokens: Callable[[str], int]
) -> Iterator[tuple[list[Span], int]]:
    """The page's sentences, as many as fit together; `start` is the page's offset."""
    heading = count_tokens(passage_heading(holding.info.title))
    room = max(1, token_budget - heading)
    spans: list[Span] = []
    tokens = 0
    for span in _sentences(page, start, room, count_tokens):
        cost = count_tokens(span.text) + 1
        if spans and tokens + cost > room:
            yield spans, tokens + heading
            spans, tokens = [], 0
        spans.append(span)
        tokens += cost
    if spans:
        yield spans, tokens + heading


def passage_heading(title: str) -> str:
    """At least as long as what the prompt shows above a passage."""
    return f"\n\n[000] {shown_title(title)}\n"


def _sentences(page: Page, start: int, room: int, count_tokens: Callable[[str], int]) -> Iterator[Span]:
    for first, last in sentence_spans(page.text):
        if last - first < _MINIMUM_SENTENCE_CHARACTERS:
            continue  # a scrap such as a bullet
        while first < last:
            end = _fitting_end(page.text, first, last, room - 1, count_tokens)
            yield Span(start + first, start + end, page.number, page.label, page.text[first:end])
            first = end


def _fitting_end(text: str, first: int, last: int, room: int, count_tokens: Callable[[str], int]) -> int:
    """Where a stretch ends that fits: at its end, or at a space, or where it has to."""
    end = last
    while end - first > 1 and count_tokens(text[first:end]) > room:
        half = first + (end - first) // 2
        space = text.rfind(" ", first + 1, half)
        end = space if space > first else half
    return end


def _passage(holding: Holding, page: Page, spans: list[Span], number: int) -> Passage:
    return Passage(
        number,
        holding.document_id,
        holding.document,
        holding.info.title,
        page.headings,
        tuple(spans),
        _joined(spans),
    )


def _joined(spans: Sequence[Span]) -> str:
    """The spans' texts, with a blank line below what is no sentence: a heading, a row of a table."""
    text = ""
    for before, span in zip((None, *spans), spans, strict=False):
        if before is not None:
            text += "\n" if before.text.endswith((".", "!", "?", ":", ";", ",")) else "\n\n"
        text += span.text
    return text


def _piece(holding: Holding, passages: list[Passage], tokens: int, page_ends: int) -> Piece:
    return Piece(holding.document_id, holding.document, tuple(passages), tokens, page_ends)


def halved(piece: Piece) -> tuple[Piece, ...]:
    """The piece in two, for what was too much at once; empty where it is one sentence."""
    spans = [(passage, span) for passage in piece.passages for span in passage.spans]
    if len(spans) < 2:
        return ()
    middle = len(spans) // 2
    halves = []
    for half in (spans[:middle], spans[middle:]):
        passages = [
            replace(
                passage,
                number=number,
                spans=(own := tuple(span for of, span in half if of is passage)),
                text=_joined(own),
            )
            for number, passage in enumerate((p for p in piece.passages if any(of is p for of, _ in half)), 1)
        ]
        halves.append(replace(piece, passages=tuple(passages)))
    return tuple(halves)
