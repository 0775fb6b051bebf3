"""Sentences of prose, rows of tables, and the marks of an answer."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import answer_sentence_spans, sentence_spans

NARROW = (
    "The narrow column of the\nFederal Register breaks a\nline before Names and the\n"
    "2020 figures, which is no\nend of a sentence at all."
)


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It rained. It stopped.", ["It rained.", "It stopped."]),
        ("Dr. Smith met the U.S. team. All went well.", ["Dr. Smith met the U.S. team.", "All went well."]),
        ("It cost 3.5 million. See Fig. 3 for more.", ["It cost 3.5 million.", "See Fig. 3 for more."]),
        ("The board may\nmeet at any time.", ["The board may\nmeet at any time."]),
        ("Cash 12 34\nDebt 33 45\nTotal 45 79", ["Cash 12 34", "Debt 33 45", "Total 45 79"]),
        ("Opening hours\nWe open at 9.", ["Opening hours", "We open at 9."]),
        (
            "Comments are due by September 21,\n2020. Then",
            ["Comments are due by September 21,\n2020.", "Then"],
        ),
        (NARROW, [NARROW]),
        ("- one thing\n- another", ["- one thing", "- another"]),
        ("他来了。她走了。", ["他来了。", "她走了。"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_are_told_apart(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


@given(st.text(alphabet="ab .!?\n1A[]\"'", max_size=80))
def test_nothing_but_white_space_is_lost(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


def test_marks_after_the_full_stop_belong_to_the_sentence_before() -> None:
    text = "The sum was 5 [1]. It rose. [2][3] Then it fell [1, 2]."
    assert [text[a:b] for a, b in answer_sentence_spans(text)] == [
        "The sum was 5 [1].",
        "It rose. [2][3]",
        "Then it fell [1, 2].",
    ]
