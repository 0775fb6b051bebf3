"""What the benchmark of speech counts as the same words."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.spoken_words import heard_words, word_errors


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("$1,250 on Jan. 5th", "One thousand two hundred and fifty dollars, on January fifth."),
        ("at 9:30 a.m.", "at 9:30 AM"),
        ("Dr. Smith, 12 kg", "Doctor Smith, twelve kilograms"),
        ("It rose 3.2%.", "it rose three point two percent"),
    ],
)
def test_one_text_in_two_spellings_is_the_same(said: str, heard: str) -> None:
    assert heard_words(said) == heard_words(heard)


def test_other_numbers_are_other_words() -> None:
    assert heard_words("$1,250") != heard_words("$1,215")


def test_errors_are_words_put_in_taken_out_and_changed() -> None:
    assert word_errors("a b c d".split(), "a x c d e".split()) == 2
    assert word_errors("a b".split(), []) == 2
    assert word_errors([], "a".split()) == 1


def test_the_fixed_sentences_are_fifty() -> None:
    lines = Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8").splitlines()

    assert len(lines) == len(set(lines)) == 50
    assert all(any(character.isdigit() for character in line) for line in lines if "Prof" not in line)
