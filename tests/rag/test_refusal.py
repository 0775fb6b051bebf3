"""What counts as a refusal, and what must not."""

from __future__ import annotations

import pytest

from rag.refusal import is_refusal, may_become_refusal


@pytest.mark.parametrize(
    "text",
    [
        "Not stated.",
        " not stated",
        "Not stated [1].",
        "The passages do not state who built it.",
        "The documents don't mention this.",
        "The answer is not stated in the passages.",
    ],
)
def test_refusals_are_recognised(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "21:30 [1]",
        "Not before 9:00 [1].",
        "No [2].",
        "The documents must be filed by May [1].",
        "The context does not include VAT; the price is 5 euro [1].",
        "The documents do not state a date, but comments are due by May 3 [1].",
        "Stated income was 5 million [1]; the tax is not stated.",
    ],
)
def test_an_answer_is_never_taken_for_a_refusal(text: str) -> None:
    assert not is_refusal(text)


def test_text_is_held_back_only_while_it_can_still_become_a_refusal() -> None:
    assert may_become_refusal("The passages do not men")
    assert not may_become_refusal("The passages do not state it. But")
    assert may_become_refusal("Not st")
    assert not may_become_refusal("Not be")
    assert not may_become_refusal("21")
