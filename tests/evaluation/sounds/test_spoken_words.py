"""What counts as the same words."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.sounds.reading_back import read_back
from evaluation.sounds.spoken_words import heard_words

_AUDIO = Path(__file__).parents[2] / "generators" / "audio"


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("$1,250 on Jan. 5th", "One thousand two hundred and fifty dollars, on January fifth."),
        ("at 9:30 a.m.", "at 9:30 AM"),
        ("Dr. Smith, 12 kg", "Doctor Smith, twelve kilograms"),
        ("It rose 3.2%.", "it rose three point two percent"),
        ("'Stop,' he said - it's the dogs' bowl.", "Stop, he said. It’s the dogs bowl"),
        ("The caf\u00e9 co\u00adoperates.", "the cafe\u0301 cooperates"),
    ],
)
def test_one_text_in_two_spellings_is_the_same(said: str, heard: str) -> None:
    assert heard_words(said) == heard_words(heard)


def test_other_numbers_are_other_words() -> None:
    assert heard_words("$1,250") != heard_words("$1,215")


def test_errors_are_words_put_in_taken_out_and_changed() -> None:
    assert read_back("alpha beta gamma delta", "alpha ex gamma delta epsilon").word_errors == 2
    assert read_back("alpha beta", "").word_errors == 2
    assert read_back("alpha", "alpha").word_errors == 0


def test_characters_are_counted_of_the_same_words() -> None:
    reading = read_back("Twelve cats!", "12 bats")

    assert (reading.words, reading.word_errors) == (2, 1)
    assert (reading.characters, reading.character_errors) == (len("twelve cats"), 1)


def test_of_other_languages_case_and_marks_are_levelled() -> None:
    assert heard_words("Über 3 Äpfel, und gut!", "de") == ["über", "3", "äpfel", "und", "gut"]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("हिन्दी की किताब।", "hi", ["हिन्दी", "की", "किताब"]),
        ("می\u200cروم", "fa", ["میروم"]),
        ("C’est l'e\u0301te\u0301 !", "fr", ["c'est", "l'été"]),
    ],
)
def test_marks_belong_to_their_letters(text: str, language: str, words: list[str]) -> None:
    assert heard_words(text, language) == words


def test_the_fixed_sentences_are_fifty() -> None:
    lines = (_AUDIO / "sentences.txt").read_text(encoding="utf-8").splitlines()

    assert len(lines) == len(set(lines)) == 50
    assert all(any(character.isdigit() for character in line) for line in lines if "Prof" not in line)
