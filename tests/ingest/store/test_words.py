"""From a question to an expression FTS5 understands."""

from __future__ import annotations

import pytest

from ingest.store.words import MAX_WORDS, match_expression, sought_terms


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("What was the revenue in 2018?", '"revenue" OR "2018"'),
        ("year-over-year growth", '"year over year" OR "year" OR "year" OR "growth"'),
        ("Form 10-K", '"10 k" OR "form" OR "10" OR "k"'),
        ("the company's debt", '"company" OR "debt"'),
        ("the company’s debt", '"company" OR "debt"'),
        ("growth, Growth and GROWTH", '"growth" OR "growth" OR "growth"'),
        ("ha " * 9, '"ha" OR "ha" OR "ha" OR "ha"'),
        ("capital in FY2018", '"fy 2018" OR "capital" OR "fy" OR "2018"'),
        ("the 10K", '"10 k" OR "10" OR "k"'),
        ("巴拿马运河有多长?", '"巴 拿" OR "拿 马" OR "马 运" OR "运 河" OR "河 有" OR "有 多" OR "多 长"'),
        ("水 and 水库", '"水" OR "水 库"'),
        ("水 in 2024年", '"2024" OR "水" OR "年"'),
        ("2024Q2", '"2024 q 2" OR "2024" OR "q" OR "2"'),
        ("to be or not to be", '"to" OR "to" OR "be" OR "be" OR "or" OR "not"'),
        ('say "AND" NEAR(x)', '"say" OR "near" OR "x"'),
        ("cafe\u0301", '"café"'),
    ],
)
def test_expression(query: str, expression: str) -> None:
    assert match_expression(sought_terms(query)) == expression


@pytest.mark.parametrize("query", ["", "?!", "🦩", "\x00", '""'])
def test_no_word_no_term(query: str) -> None:
    assert sought_terms(query) == ()


def test_the_longest_words_are_kept_in_their_order() -> None:
    longest = [
        "longest" + chr(ord("a") + number // 26) + chr(ord("a") + number % 26) for number in range(MAX_WORDS)
    ]
    assert [term.text for term in sought_terms(" ".join(["short", *longest]))] == longest
