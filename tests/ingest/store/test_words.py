"""From a question to an expression FTS5 understands."""

from __future__ import annotations

import pytest

from ingest.store.words import MAX_WORDS, match_expression


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("What was the revenue in 2018?", '"revenue" OR "2018"'),
        ("year-over-year growth", '"year over year" OR "year" OR "growth"'),
        ("Form 10-K", '"10 k" OR "form" OR "10" OR "k"'),
        ("the company's debt", '"company" OR "debt"'),
        ("the company’s debt", '"company" OR "debt"'),
        ("growth Growth GROWTH", '"growth"'),
        ("to be or not to be", '"to" OR "be" OR "or" OR "not"'),
        ('say "AND" NEAR(x)', '"say" OR "near" OR "x"'),
        ("cafe\u0301", '"café"'),
    ],
)
def test_expression(query: str, expression: str) -> None:
    assert match_expression(query) == expression


@pytest.mark.parametrize("query", ["", "?!", "🦩", "\x00", '""'])
def test_no_word_no_expression(query: str) -> None:
    assert match_expression(query) is None


def test_the_longest_words_are_kept_in_their_order() -> None:
    query = " ".join(["short"] + [f"longest{number}" for number in range(MAX_WORDS)])
    assert match_expression(query) == " OR ".join(f'"longest{number}"' for number in range(MAX_WORDS))
