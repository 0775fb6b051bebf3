"""What of a text is said, and how figures become words."""

from __future__ import annotations

import pytest

from generators.audio.number_words import cardinal, ordinal, year
from generators.audio.spoken_text import LONGEST_SENTENCE, spoken_sentences
from generators.audio.written_out import written_out


def said(text: str) -> list[str]:
    return list(spoken_sentences(text, in_words=False))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It opens at nine [1]. Dogs stay out. [2, 3]", ["It opens at nine.", "Dogs stay out."]),
        ("It opens at nine.[1][2] Dogs stay out.", ["It opens at nine.", "Dogs stay out."]),
        ("See [the **rules**](https://x.org/a(b)) here.", ["See the rules here."]),
        ("See https://www.example.org/a/b?c=1 for more.", ["See example.org for more."]),
        ("# Opening\nAt nine.", ["Opening", "At nine."]),
        ("- one\n- two", ["one", "two"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["a, b.", "1, 2."]),
        ("Dr. J. K. Smith\nwent home. He slept.", ["Dr. J. K. Smith went home.", "He slept."]),
        ("It cost 3.50 euros, approx. 4 dollars.", ["It cost 3.50 euros, approx. 4 dollars."]),
        ("Say [[h @ l]] <script>x</script>.", ["Say h @ l x ."]),
        ("a_b and *c*", ["a_b and c"]),
    ],
)
def test_what_is_for_the_eye_alone_is_not_said(text: str, sentences: list[str]) -> None:
    assert said(text) == sentences


def test_a_long_sentence_is_cut_at_a_clause_and_loses_no_word() -> None:
    text = ", ".join(f"part {number} of it" for number in range(100)) + "."

    pieces = said(text)

    assert all(len(piece) <= LONGEST_SENTENCE for piece in pieces)
    assert all(piece.endswith(",") for piece in pieces[:-1])
    assert " ".join(pieces) == text


@pytest.mark.parametrize("unit", ["a", "[", "<", "1", "_", " \n", "[a](", "St.", "| ", "![", "1-"])
def test_a_hundred_thousand_unbroken_characters_come_in_short_pieces(unit: str) -> None:
    pieces = list(spoken_sentences(unit * (100_000 // len(unit)), in_words=True))

    assert all(len(piece) <= 10 * LONGEST_SENTENCE for piece in pieces)
    assert all(max(map(len, piece.split())) <= 100 for piece in pieces)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("on 2024-05-31", "on May thirty-first, twenty twenty-four"),
        ("Jan. 5th, 2019", "January fifth, twenty nineteen"),
        ("12 June 1999", "the twelfth of June, nineteen ninety-nine"),
        ("at 7:30 p.m. or 14:00", "at seven thirty P M or fourteen o'clock"),
        ("$1,250.75", "one thousand two hundred fifty dollars and seventy-five cents"),
        ("£0.01, €5m and $3.2 billion", "one penny, five million euros and three point two billion dollars"),
        ("3.2% of 20 kg", "three point two percent of twenty kilograms"),
        ("-5 °C", "minus five degrees Celsius"),
        ("Dr. Smith, No. 7, St. Paul", "Doctor Smith, Number seven, Saint Paul"),
        ("in the 1990s", "in the nineteen nineties"),
        ("pp. 3-5", "pages three to five"),
        ("3/4 of 1/2", "three quarters of one half"),
        ("No. Nobody came.", "No. Nobody came."),
        ("99-99-9999 and 13/45/2020", None),
    ],
)
def test_figures_become_words(text: str, words: str | None) -> None:
    if words is None:
        assert not any(character.isdigit() for character in written_out(text))
    else:
        assert written_out(text) == words


def test_numbers_in_words() -> None:
    assert cardinal(0) == "zero"
    assert cardinal(1_002_003) == "one million two thousand three"
    assert cardinal(10**15) == "one" + " zero" * 15
    assert [ordinal(number) for number in (1, 12, 20, 101)] == [
        "first",
        "twelfth",
        "twentieth",
        "one hundred first",
    ]
    assert [year(number) for number in (1900, 1902, 1984, 2005, 2024)] == [
        "nineteen hundred",
        "nineteen oh two",
        "nineteen eighty-four",
        "two thousand five",
        "twenty twenty-four",
    ]
