"""When a text holds a sentence, and when a quote and a gold sentence are the same words."""

from __future__ import annotations

import pytest

from evaluation.metrics.quotations import holds, matches, overlap, share_held
from evaluation.metrics.words import mostly_unspaced, words

SENTENCE = "The harbour master closes the gate at nine."  # 8 words, 6 trigrams


@pytest.mark.parametrize(
    "text",
    [
        f"Rules. {SENTENCE} Fees are due.",
        "rules. THE HARBOUR\nMASTER closes  the gate\tat nine.",
        "Rules. Theharbourmaster closes the gate at nine.",
    ],
)
def test_verbatim_means_white_space_and_case_apart(text: str) -> None:
    assert share_held(text, SENTENCE) == 1.0


def test_of_what_is_not_verbatim_the_trigrams_count() -> None:
    # "harbour master closes", "master closes the", "closes the gate" of 6.
    assert share_held("A harbour master closes the gate.", SENTENCE) == 3 / 6
    assert holds("A harbour master closes the gate.", SENTENCE)
    # "harbour master closes", "master closes the" of 6.
    assert share_held("A harbour master closes the lid.", SENTENCE) == 2 / 6
    assert not holds("A harbour master closes the lid.", SENTENCE)


@pytest.mark.parametrize(("text", "held"), [("a b c d", False), ("a b c d e", True)])
def test_half_of_the_trigrams_are_enough(text: str, held: bool) -> None:
    # "a b c" and "b c d" of 5; "a b c", "b c d" and "c d e" of 6.
    assert holds(text, "a b c d e f g h" if held else "a b c d e f g") is held


def test_single_words_in_common_are_not_enough() -> None:
    assert share_held("At nine the gate of the harbour is what the master closes.", SENTENCE) == 0.0


@pytest.mark.parametrize(
    ("text", "held"),
    [("in 2012, 3 of", False), ("the 12th of", False), ("some 12 boats", True), ("12%", True)],
)
def test_a_number_is_not_held_by_a_longer_one(text: str, held: bool) -> None:
    assert holds(text, "12") is held


def test_of_one_or_two_words_all_must_be_there_side_by_side() -> None:
    assert holds("the pilot - station", "Pilot station")
    assert not holds("the pilot of the station", "Pilot station")
    assert not holds("the pilot", "Pilot station")


def test_a_sentence_without_words_must_stand_verbatim() -> None:
    assert holds("so → ∞", "→ ∞")
    assert not holds("so → 0", "→ ∞")


@pytest.mark.parametrize("empty", ["", " \n"])
def test_an_empty_sentence_stands_nowhere(empty: str) -> None:
    assert not holds("text", empty)
    assert not holds(empty, "text")
    assert not matches("text", empty)
    assert not matches(empty, empty)


def test_ligatures_and_full_width_digits_are_what_they_stand_for() -> None:
    assert share_held("the ﬁrst of １２", "first of 12") == 1.0


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    sentence = "大门在九点关闭。"  # 7 characters, 5 trigrams
    assert share_held("规则：大门在九\n点关闭。费用五月到期。", sentence) == 1.0
    assert share_held("大门在九点开放", sentence) == 3 / 5  # 大门在, 门在九, 在九点
    assert not holds("大门十点关闭", sentence)
    assert holds("ประตูปิดเวลาเก้าโมงครับ", "ประตูปิดเวลาเก้าโมง")


def test_accents_are_parts_of_words() -> None:
    assert words("Cafe\u0301 Größe हिन्दी") == ["café", "grösse", "हिन्दी"]


def test_words_of_mixed_scripts() -> None:
    assert words("iPhone 15 的价格, don't_know") == ["iphone", "15", "的", "价", "格", "don", "t", "know"]
    assert mostly_unspaced("2019年")
    assert not mostly_unspaced("in the year 年")
    assert not mostly_unspaced("...")


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (SENTENCE, f"He said: {SENTENCE}", 1.0),
        (SENTENCE, "A harbour master closes the gate.", 3 / 4),  # of the shorter's 4 trigrams
        (SENTENCE, "Fees are due on the first working day of May.", 0.0),
        # Of the shorter's 5, "a b a" and "b a b"; the longer has no others.
        ("a b a b x y z", "a b a b a b a b", 2 / 5),
        ("alpha beta gamma delta", "beta gamma delta alpha", 1 / 2),  # "beta gamma delta" of 2
    ],
)
def test_overlap_is_of_the_shorter_and_symmetric(one: str, other: str, shared: float) -> None:
    assert overlap(one, other) == shared
    assert overlap(other, one) == shared
    assert matches(one, other) is matches(other, one) is (shared >= 1 / 2)


def test_overlap_of_equally_long_texts_is_the_higher_of_both_ways() -> None:
    # "a b a" twice and "b a b" once in the first; "a b a" once in the second.
    one, other = "a b a b a", "a b a x y"
    assert overlap(one, other) == overlap(other, one) == max(2 / 3, 1 / 3)
