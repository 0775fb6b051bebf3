from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.text.stopping import StopFilter


def _show(pieces: list[str], stop: tuple[str, ...]) -> tuple[str, bool]:
    filter_ = StopFilter(stop)
    shown = "".join(filter_.feed(piece) for piece in pieces) + filter_.finish()
    return shown, filter_.found


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["one END two"], "one "),
        (["one E", "N", "D two"], "one "),
        (["one EN", "ough"], "one ENough"),
        (["one EEN", "D"], "one E"),
        (["one EN"], "one EN"),
    ],
)
def test_stop_strings_across_pieces(pieces: list[str], shown: str) -> None:
    assert _show(pieces, ("END",))[0] == shown


def test_text_that_begins_no_stop_string_is_not_held_back() -> None:
    assert StopFilter(("\n\n",)).feed("word") == "word"


def test_the_earliest_of_several_wins() -> None:
    assert _show(["a. b? c"], ("?", ".")) == ("a", True)


@given(
    pieces=st.lists(st.text("ab", max_size=4), max_size=8),
    stop=st.lists(st.text("ab", min_size=1, max_size=3), max_size=2),
)
def test_pieces_make_no_difference(pieces: list[str], stop: list[str]) -> None:
    text = "".join(pieces)
    places = [text.index(item) for item in stop if item in text]
    shown, found = _show(pieces, tuple(stop))
    assert found == bool(places)
    assert text.startswith(shown)
    assert found or shown == text
    assert not any(item in shown for item in stop)
