"""Numbers as they are printed."""

from __future__ import annotations

import math

import pytest

from evaluation.report.characters import clipped, visible
from evaluation.report.figures import (
    difference,
    difference_interval,
    effect_size,
    figure,
    interval,
    p_value,
    significant,
)
from evaluation.report.scores import main_metric
from evaluation.types import Metric
from evaluation.verdicts import Estimate

SHARE = Metric("token_f1", "", "answer")
SECONDS = Metric("answer_seconds", "", "time", higher_is_better=False, highest=None, unit="s")


def test_shares_have_three_decimals_and_seconds_three_significant_digits() -> None:
    assert figure(SHARE, 2 / 3) == "0.667"
    assert [figure(SECONDS, value) for value in (0.01234, 1.234, 12.34, 1234.5)] == [
        "0.0123",
        "1.23",
        "12.3",
        "1,234",
    ]


def test_a_difference_shows_its_sign_and_zero_has_none() -> None:
    assert [difference(SHARE, value) for value in (0.1, -0.1, 0.0, -0.0001)] == [
        "+0.100",
        "−0.100",
        "0.000",
        "0.000",
    ]
    assert effect_size(-0.5) == "−0.50"
    assert effect_size(None) == "–"


def test_an_interval_is_low_to_high() -> None:
    assert interval(SHARE, Estimate(0.5, 0.4, 0.6, 9)) == "0.400 to 0.600"
    assert difference_interval(SHARE, Estimate(0.0, -0.1, 0.1, 9)) == "−0.100 to +0.100"


def test_p_is_never_printed_as_zero() -> None:
    assert [p_value(value) for value in (0.0, 0.0009, 0.0341, 1.0)] == [
        "below 0.001",
        "below 0.001",
        "0.034",
        "1.000",
    ]


def test_what_is_no_number_is_a_dash() -> None:
    assert figure(SHARE, math.nan) == "–"
    assert difference(SECONDS, math.inf) == "–"
    assert p_value(math.nan) == "–"
    assert significant(0.0) == "0"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["recall@5", "page.ndcg@10", "token_f1"], "token_f1"),
        (["recall@5", "page.ndcg@10", "chunk.ndcg@10"], "page.ndcg@10"),
        (["recall@5", "exact_match"], "recall@5"),
        ([], None),
    ],
)
def test_the_main_metric(names: list[str], expected: str | None) -> None:
    chosen = main_metric([SECONDS, *(Metric(name, "", "answer") for name in names)])
    assert (chosen.name if chosen is not None else None) == expected


def test_control_characters_are_shown_and_long_texts_end_in_an_ellipsis() -> None:
    assert (
        visible("a\x1b[31m\x00\x7f\u202e\u200bb\r\nc") == "a‹U+001B›[31m‹U+0000›‹U+007F›‹U+202E›‹U+200B›b\nc"
    )
    assert clipped("abcdef", 6) == "abcdef"
    assert clipped("abcdefg", 6) == "abcde…"
