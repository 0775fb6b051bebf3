"""Pages cut into pieces that fit."""

from __future__ import annotations

import pytest

from generators.text.words import count_words
from ingest.types import PAGE_BREAK, DocumentInfo, Page
from rag.holdings import Holding
from rag.overviews.pieces import Piece, cut_pieces, halved

TEXTS = (
    "The club opened in 1889. It has forty members.",
    "",
    "The hall cost 500 euros. " + "It was built by hand and with great care by all. " * 6,
    "x" * 50 + " " + "word " * 200,
    "Last page.",
)
PAGES = tuple(Page(number, text, f"page {number}") for number, text in enumerate(TEXTS, 1))
INFO = DocumentInfo("/docs/a.txt", "0" * 64, "text/plain", "A", len(PAGES), 9, 100, "2024-01-01T00:00:00")
HOLDING = Holding(7, ("/docs/a.txt",), INFO)


def cut(budget: int, wanted: frozenset[int] | None = None) -> list[Piece]:
    return list(cut_pieces(HOLDING, PAGES, wanted, budget, count_words))


@pytest.mark.parametrize("budget", [20, 40, 100, 1000])
def test_every_piece_fits_and_all_is_in_one(budget: int) -> None:
    pieces = cut(budget)
    document = PAGE_BREAK.join(TEXTS)
    words: list[str] = []
    for piece in pieces:
        shown = "".join(f"\n\n[00] {passage.title}\n{passage.text}" for passage in piece.passages)
        assert count_words(shown) <= piece.tokens <= budget
        assert [passage.number for passage in piece.passages] == list(range(1, len(piece.passages) + 1))
        for passage in piece.passages:
            for span in passage.spans:
                assert document[span.start : span.end] == span.text
                assert span.text in TEXTS[span.page_number - 1]
                words += span.text.split()
    assert words == document.split()
    assert sum(piece.page_ends for piece in pieces) == len(PAGES)


def test_only_the_pages_that_are_wanted_are_read() -> None:
    pieces = cut(1000, frozenset({1, 5}))
    (piece,) = pieces
    assert [passage.page_number for passage in piece.passages] == [1, 5]
    assert piece.page_ends == 2
    assert piece.passages[1].spans[0].start == len(PAGE_BREAK.join(TEXTS)) - len("Last page.")


def test_a_piece_in_halves_holds_the_same_and_counts_anew() -> None:
    (piece,) = cut(1000)
    first, second = halved(piece)
    spans = [span for half in (first, second) for passage in half.passages for span in passage.spans]
    assert spans == [span for passage in piece.passages for span in passage.spans]
    assert second.passages[0].number == 1
    (single,) = cut(1000, frozenset({5}))
    assert halved(single) == ()
