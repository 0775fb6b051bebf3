"""What a follow-up shows again: as it was, as long as it still stands in a document that may be asked."""

from __future__ import annotations

from dataclasses import replace

from rag.carried import carried_passages
from rag.types import Passage, Span, Turn

_MILL, _WEIR = "The mill opened in 1889.", "The weir is older."


class Library:
    def __init__(self, texts: dict[int, str]) -> None:
        self._texts = texts

    def text(self, document_id: int, start: int, end: int) -> str:
        return self._texts.get(document_id, "")[start:end]

    def page(self, document_id: int, number: int) -> object:
        raise AssertionError("no page is asked for")


def passage(number: int, text: str) -> Passage:
    span = Span(0, len(text), 1, "1", text)
    return Passage(number, number, f"/{number}.md", "Title", (), (span,), text)


BOTH = (passage(1, _MILL), passage(2, _WEIR))
TURNS = (Turn("When?", "1889 [1]", passages=BOTH),)


def carried(
    texts: dict[int, str],
    turns: tuple[Turn, ...] = TURNS,
    most: int = 50,
    within: frozenset[int] | None = None,
) -> tuple[Passage, ...]:
    return carried_passages(turns, most, lambda text: len(text.split()), Library(texts), within)  # type: ignore[arg-type]


def test_they_come_as_they_were_and_count_how_often() -> None:
    once = carried({1: _MILL, 2: _WEIR})
    assert once == tuple(replace(each, shown_before=1) for each in BOTH)
    again = carried({1: _MILL, 2: _WEIR}, (Turn("Why?", "So.", passages=once),))
    assert [each.shown_before for each in again] == [2, 2]


def test_those_end_before_the_first_that_the_document_no_longer_says() -> None:
    assert carried({1: "The mill opened in 1890.", 2: _WEIR}) == ()
    assert len(carried({1: _MILL})) == 1


def test_a_document_that_may_not_be_asked_ends_them() -> None:
    assert carried({1: _MILL, 2: _WEIR}, within=frozenset({2})) == ()
    assert len(carried({1: _MILL, 2: _WEIR}, within=frozenset({1}))) == 1


def test_too_many_are_let_go() -> None:
    assert carried({1: _MILL, 2: _WEIR}, most=8) == ()


def test_without_a_turn_or_its_passages_there_are_none() -> None:
    assert carried({}, ()) == ()
    assert carried({}, (Turn("When?", "1889"),)) == ()
