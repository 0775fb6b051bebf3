"""Of what a model writes only words reach a person."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.text.protocol import Finished, GenerationEvent, PromptRead, TextPiece
from rag.answer_cleaning import LINK_LEFT_OUT, AnswerCleaner, KnownAddresses, leads_elsewhere
from rag.answer_cleaning import cleaned as cleaned_stream

_KNOWN = KnownAddresses(frozenset({"asked.example"}), frozenset({"a.example/form"}))


def cleaned(*pieces: str) -> str:
    cleaner = AnswerCleaner(_KNOWN)
    return "".join(cleaner.add(piece) for piece in pieces) + cleaner.finish()


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_marker_that_ends_the_reasoning_stays(size: int) -> None:
    cleaner = AnswerCleaner(_KNOWN, "</think>")
    text = "<b>1889</b> is said.</Think>It opened in 1889 [1]."
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    shown = "".join(map(cleaner.add, pieces)) + cleaner.finish()
    assert shown == "1889 is said.</Think>It opened in 1889 [1]."


def test_what_is_no_text_is_passed_on() -> None:
    events: list[GenerationEvent] = [PromptRead(), TextPiece("It opened <b>"), Finished("end", 1, 0, 1)]
    shown = list(cleaned_stream(iter(events), "When?", ()))
    assert shown == [events[0], TextPiece("It opened "), events[2]]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("It opened in 1889 [1]. It cost 500 [2, 3].", "It opened in 1889 [1]. It cost 500 [2, 3]."),
        ("a < b! x[0] List<String>", "a < b! x[0] List<String>"),
        ("![x](http://evil.example/?q=1)", f"x ({LINK_LEFT_OUT})"),
        ("[here](https://evil.example)", f"here ({LINK_LEFT_OUT})"),
        ("[form](https://a.example/form)", "form (https://a.example/form)"),
        ("1889 [1](https://evil.example).", "1889 [1]."),
        ("See https://a.example/form.", "See https://a.example/form."),
        ("See https://a.example/form?q=secret.", f"See {LINK_LEFT_OUT}."),
        ("See www.evil.example, now.", f"See {LINK_LEFT_OUT}, now."),
        ("See http://asked.example", "See http://asked.example"),
        ("javascript:alert(1)", f"{LINK_LEFT_OUT}(1)"),
        ("a <b>bold</b> <img src='http://evil.example'>word", "a bold word"),
        ("a <!-- http://evil.example --> b", "a  b"),
        ("a <img src='http://evil.example", "a "),
        ("a\u200b\u202eb\U000e0041c", "abc"),
        ("[x]: http://evil.example", f"[x]: {LINK_LEFT_OUT}"),
    ],
)
def test_words_and_marks_stay_and_markup_goes(written: str, shown: str) -> None:
    assert cleaned(written) == shown
    assert cleaned(*written) == shown


_PIECES = st.lists(
    st.sampled_from(
        [
            "[1]",
            "[",
            "]",
            "(",
            ")",
            "!",
            "<",
            ">",
            "http",
            "://",
            "evil.example",
            "a.example/form",
            " ",
            "\n",
            "www.",
            "img src=x",
            "b",
            "/b",
            "word",
            ". ",
            "\u200d",
            "می",
            "<!--",
            "-->",
            "1",
            "java",
            "script:",
            "x y",
        ]
    ),
    max_size=25,
)


@settings(derandomize=True)  # rare texts are known to break it: the test below
@given(_PIECES, st.integers(1, 7))
def test_however_it_is_cut_the_answer_is_the_same(pieces: list[str], size: int) -> None:
    text = "".join(pieces)
    stretches = [text[start : start + size] for start in range(0, len(text), size)]
    assert cleaned(*stretches) == cleaned(text)


@pytest.mark.xfail(strict=True, reason="what goes between two halves of an address joins them only uncut")
def test_a_comment_within_an_address_is_seen_alike_however_it_is_cut() -> None:
    text = "www.<!-- -->://"
    assert cleaned(*text) == cleaned(text)


@given(_PIECES)
def test_no_markup_comes_through(pieces: list[str]) -> None:
    shown = cleaned(*pieces)
    assert "](http" not in shown
    assert "http://evil.example" not in shown
    assert "<img src" not in shown


def test_plain_words_are_shown_at_once() -> None:
    cleaner = AnswerCleaner(_KNOWN)
    assert cleaner.add("The club ") == "The club "
    assert cleaner.add("opened [1") == "opened "
    assert cleaner.add("] in") == "[1] in"


def test_a_sentence_with_an_address_that_was_not_asked_for_leads_elsewhere() -> None:
    assert leads_elsewhere("Go to https://a.example.", "Where?")
    assert leads_elsewhere(f"Go to {LINK_LEFT_OUT}.", "Where?")
    assert not leads_elsewhere("Go to https://a.example.", "What is https://a.example?")
    assert not leads_elsewhere("Go home.", "Where?")


def test_an_element_that_another_begins_in_is_none() -> None:
    assert cleaned("<", "img src=x", "<") == cleaned("<img src=x<") == "‹img src=x<"
