"""SQuAD's rules against examples worked by hand, and against a transcription of them on random answers."""

from __future__ import annotations

import random
import re
import string

import pytest

from evaluation.metrics.squad import contains_gold, exact_match, normalise, token_f1

RANDOM_ANSWERS = 10_000


def test_normalising_drops_case_punctuation_articles_and_spaces() -> None:
    assert normalise(" The  U.S. -- an\nArmy's a-b! ") == "us armys ab"


def test_articles_are_dropped_as_whole_words_only() -> None:
    assert normalise("Theatre and a Band") == "theatre and band"


def test_f1_is_the_harmonic_mean_against_the_best_gold() -> None:
    # "closes at nine" shares 2 of its 3 words with "at nine sharp", 2 of 2 with "at nine".
    precision, recall = 2 / 3, 2 / 2
    assert token_f1("closes at nine", ("at nine sharp", "at nine", "noon")) == pytest.approx(
        2 * precision * recall / (precision + recall)
    )


def test_tokens_count_as_often_as_both_have_them() -> None:
    precision, recall = 2 / 3, 2 / 4
    assert token_f1("x x x", ("x x y z",)) == pytest.approx(2 * precision * recall / (precision + recall))


@pytest.mark.parametrize(
    ("said", "golds", "score"),
    [
        ("", ("",), 1.0),
        ("The!", ("a",), 1.0),
        ("something", ("",), 0.0),
        ("", ("something",), 0.0),
        ("", ("something", "the"), 0.0),
        ("nine", ("the", "nine"), 1.0),
        ("", (), 1.0),
    ],
)
def test_where_a_side_is_empty_only_both_empty_is_right(
    said: str, golds: tuple[str, ...], score: float
) -> None:
    assert token_f1(said, golds) == score
    assert exact_match(said, golds) == score


@pytest.mark.parametrize(
    ("said", "gold", "contained"),
    [
        ("It closes at the Nine!", "nine", 1.0),
        ("It closes at ninety.", "nine", 0.0),
        ("at half past nine", "at nine", 0.0),
        ("closes at a nine", "at nine", 1.0),
        ("anything", "the", 0.0),
        ("", "", 0.0),
    ],
)
def test_a_gold_answer_is_contained_as_whole_words_in_a_row(said: str, gold: str, contained: float) -> None:
    assert contains_gold(said, ("never", gold)) == contained


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    # 在九点关闭 has 5 characters, 九点 has 2, both of which it shares.
    precision, recall = 2 / 5, 2 / 2
    assert token_f1("在九点关闭。", ("九点",)) == pytest.approx(2 * precision * recall / (precision + recall))
    assert exact_match("九 点。", ("九点",)) == 1.0
    assert contains_gold("在九点关闭。", ("九点",)) == 1.0
    assert contains_gold("在九时点关闭。", ("九点",)) == 0.0


def test_the_gold_answer_decides_how_it_is_compared() -> None:
    assert token_f1("九点", ("nine 点 o'clock sharp",)) == 0.0
    assert exact_match("ＡＢＣ", ("abc",)) == 0.0
    assert token_f1("der Müller – 5", ("Müller",)) == pytest.approx(2 * 1 / 4 * 1 / (1 / 4 + 1))


# The rules of the official script, in other words.


def plainly_normalised(text: str) -> list[str]:
    text = text.lower()
    for mark in string.punctuation:
        text = text.replace(mark, "")
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def plain_scores(said: str, golds: list[str]) -> tuple[float, float]:
    """Exact match and F1, the best over the gold answers that are something; the empty answer if none is."""
    exact, f1 = 0.0, 0.0
    for gold in [g for g in golds if plainly_normalised(g)] or [""]:
        ours, theirs = plainly_normalised(said), plainly_normalised(gold)
        exact = max(exact, 1.0 if ours == theirs else 0.0)
        left = list(theirs)
        shared = 0
        for token in ours:
            if token in left:
                left.remove(token)
                shared += 1
        if not ours or not theirs:
            f1 = max(f1, 1.0 if ours == theirs else 0.0)
        elif shared:
            # 2 P R / (P + R) with P = shared / |ours| and R = shared / |theirs|
            f1 = max(f1, 2 * shared / (len(ours) + len(theirs)))
    return exact, f1


VOCABULARY = (
    "the a an The nine Nine, gate. U.S. us it's its -- ! café Müller 1,000 1000 99% _x 東 a-b 'the' \n".split(
        " "
    )
)


def random_text(draw: random.Random) -> str:
    return " ".join(draw.choices(VOCABULARY, k=draw.choice((0, 1, 1, 2, 3, 5, 8))))


def test_random_answers_score_as_the_official_rules_say() -> None:
    draw = random.Random(11)
    exact_matches = 0.0
    for _ in range(RANDOM_ANSWERS):
        golds = [
            text for text in (random_text(draw) for _ in range(draw.randint(1, 4))) if text.strip() != "東"
        ]
        said = draw.choice([random_text(draw), *golds]).upper() if draw.random() < 0.3 else random_text(draw)
        if any(2 * gold.count("東") >= len(re.findall(r"\w+", gold)) > 0 for gold in golds):
            continue  # mostly Chinese: compared by characters
        exact, f1 = plain_scores(said, golds)
        assert exact_match(said, golds) == exact, (said, golds)
        assert abs(token_f1(said, golds) - f1) <= 1e-9, (said, golds)
        exact_matches += exact
    assert exact_matches > RANDOM_ANSWERS / 20
