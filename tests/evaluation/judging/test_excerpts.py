"""What is kept of long texts."""

from __future__ import annotations

import pytest

from evaluation.judging.excerpts import beginning, nearest
from generators.text.words import count_words

TEXT = "The mill stands by the river. It burned down in 1871. Two brothers rebuilt it. Now it is a school."


def test_what_fits_is_kept_as_it_is() -> None:
    assert beginning(f" {TEXT}\n", 50, count_words) == TEXT
    assert nearest(TEXT, "brothers", 50, count_words) == TEXT


def test_the_beginning_is_kept_in_whole_sentences() -> None:
    assert beginning(TEXT, 12, count_words) == "The mill stands by the river. It burned down in 1871. [...]"


def test_a_sentence_that_is_too_long_is_cut_after_a_word() -> None:
    assert beginning("one two three four five six", 4, count_words) == "one two three four [...]"
    assert beginning("九" * 100, 10, len) == f"{'九' * 10} [...]"


def test_of_a_source_the_sentences_near_the_answer_are_kept_in_order() -> None:
    kept = nearest(TEXT, "The brothers rebuilt what burned down.", 10, count_words)
    assert kept == "[...] It burned down in 1871. Two brothers rebuilt it. [...]"


@pytest.mark.parametrize("most", [1, 3, 7, 12])
def test_no_more_than_fits_is_kept(most: int) -> None:
    for kept in (beginning(TEXT, most, count_words), nearest(TEXT, "a school", most, count_words)):
        assert 1 <= count_words(kept.replace("[...]", "")) <= most
