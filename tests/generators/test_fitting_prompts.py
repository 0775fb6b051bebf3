"""Prompts that nobody typed, cut to what a model reads: behind phrases, words or characters."""

from __future__ import annotations

import pytest

from generators.errors import PromptTooLong
from generators.fitting_prompts import made_with_what_fits, shortened


@pytest.mark.parametrize(
    ("prompt", "share", "left"),
    [
        ("a winch with a red drum, on four wheels", 0.8, "a winch with a red drum"),
        ("a winch with a red drum on four wheels", 0.8, "a winch with a red drum on"),
        ("one. two three four five six", 0.9, "one. two three four five"),
        ("a winch 1.5 m high", 0.6, "a winch"),
        ("赤いドラムの巻上機。四つの車輪", 0.8, "赤いドラムの巻上機"),
        ("赤いドラムの巻上機", 0.5, "赤いドラ"),
        ("word", 1.0, "wor"),
        ("x", 0.9, ""),
        ("", 0.9, ""),
    ],
)
def test_it_is_cut_behind_a_phrase_else_a_word_else_a_character(prompt: str, share: float, left: str) -> None:
    assert shortened(prompt, share) == left


def test_what_fits_is_made_as_it_is_and_what_does_not_as_its_beginning() -> None:
    tried: list[str] = []

    def make(prompt: str) -> int:
        tried.append(prompt)
        if len(prompt) > 12:
            raise PromptTooLong("Too long.", 12 / len(prompt))
        return len(prompt)

    assert made_with_what_fits(make, "a red drum") == (10, "a red drum")
    assert made_with_what_fits(make, "a red drum on wheels") == (10, "a red drum")
    assert tried == ["a red drum", "a red drum on wheels", "a red drum"]


def test_where_a_shorter_prompt_does_not_help_the_error_stays() -> None:
    def negative(prompt: str) -> int:
        raise PromptTooLong("The negative prompt is too long.")

    def never(prompt: str) -> int:
        raise PromptTooLong("Never.", 0.9)

    with pytest.raises(PromptTooLong, match="negative"):
        made_with_what_fits(negative, "a red drum")
    with pytest.raises(PromptTooLong, match="Never"):
        made_with_what_fits(never, "a red drum")
