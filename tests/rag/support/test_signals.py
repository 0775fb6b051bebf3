"""Signals by visible arithmetic, and the head that ships."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.embedding.hashing import HashingEmbedder
from rag.support.head import Head, load_heads
from rag.support.protocol import Claim
from rag.support.signal_checker import SignalChecker
from rag.support.signals import longest_common_subsequence, signals
from rag.support.words import words

RISING = {"ordered", "ordered_in_one", "unbroken", "words", "content", "weighty", "pairs", "meaning"}
FALLING = {"missing", "length"}


def test_signals_are_shares_of_the_sentences_words() -> None:
    found = signals("The old gate opens at nine", ["The gate", "opens, at nine, the hall"])
    assert found is not None
    assert found.ordered == 5 / 6  # the gate opens at nine
    assert found.ordered_in_one == 3 / 6  # opens at nine
    assert found.unbroken == 4 / 6  # gate opens at nine
    assert found.words == 5 / 6
    assert found.content == 3 / 4  # gate, open, nine; not old
    assert found.weighty == (4 + 4 + 4) / (4 + 4 + 4 + 3)
    assert found.pairs == 2 / 5  # opens at, at nine; not across two sources
    assert found.missing == math.log1p(1)
    assert found.length == math.log(6)
    assert found.meaning is None


def test_a_repeated_word_has_to_be_there_as_often() -> None:
    found = signals("gate gate", ["the gate"])
    assert found is not None
    assert found.words == 1 / 2


def test_without_a_word_there_are_no_signals() -> None:
    assert signals("...", ["The gate."]) is None


def test_forms_of_a_word_are_one_and_contractions_are_spelled_out() -> None:
    assert [word.form for word in words("It isn't signed, can't, won't, cannot")] == [
        word.form for word in words("it is not sign can not will not can not")
    ]
    assert [word.form for word in words("大门")] == ["大", "门"]


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_common_subsequence_is_that_of_the_table(first: list[str], second: list[str]) -> None:
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, one in enumerate(first):
        for j, other in enumerate(second):
            table[i + 1][j + 1] = table[i][j] + 1 if one == other else max(table[i][j + 1], table[i + 1][j])
    assert longest_common_subsequence(first, second) == table[-1][-1]


def test_the_shipped_weights_say_what_their_signals_mean() -> None:
    heads = load_heads()
    for head in (heads.words, heads.meaning):
        assert set(head.weights) <= RISING | FALLING
        assert all((weight > 0) == (name in RISING) for name, weight in head.weights.items())
        assert 0.3 < head.threshold < 0.7
    assert "meaning" in heads.meaning.weights
    assert "meaning" not in heads.words.weights


def test_a_score_is_the_logistic_of_the_weighted_sum() -> None:
    found = signals("old gate", ["the gate"])
    assert found is not None
    assert Head(0.5, {"words": 2.0}, 0.5).score(found) == 1 / (1 + math.exp(-(0.5 + 2.0 * 0.5)))


@pytest.mark.parametrize("length", [1, 2, 5, 20, 100])
def test_a_verbatim_sentence_of_any_length_is_supported(length: int) -> None:
    sentence = " ".join(f"rope{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(length))
    (support,) = SignalChecker(load_heads()).check([Claim(sentence, ("The gate is shut.", sentence))])
    assert support.supported
    assert support.score > 0.85
    assert support.source == 1


@pytest.mark.parametrize(
    "said", ["A tow costs 49 euros.", "A tow doesn't cost 48 euros.", "In Lund a tow costs 48."]
)
def test_a_broken_rule_leaves_a_tenth_of_the_score_and_no_support(said: str) -> None:
    sources = ("A tow costs 48 euros.",)
    good, bad = SignalChecker(load_heads()).check(
        [Claim("A tow costs 48 euros.", sources), Claim(said, sources)]
    )
    assert good.supported
    assert not bad.supported
    assert bad.score < 0.1 < good.score


def test_yes_is_supported_by_what_was_asked_and_no_is_not() -> None:
    sources = ("The gate is shut at nine.",)
    question = "Is the gate shut at nine?"
    yes, no, nobody_asked = SignalChecker(load_heads()).check(
        [Claim("Yes", sources, (), question), Claim("No", sources, (), question), Claim("Yes", sources)]
    )
    assert yes.supported
    assert not no.supported
    assert not nobody_asked.supported


def test_the_question_tells_equal_sources_apart() -> None:
    claim = Claim("1889", ("The club: 1889.", "The hall: 1889."), (), "When was the hall built?")
    assert SignalChecker(load_heads()).check([claim])[0].source == 1


def test_an_embedder_that_the_weights_do_not_know_is_not_asked() -> None:
    class Refusing(HashingEmbedder):
        def embed_documents(self, texts):  # type: ignore[no-untyped-def] # it is never called
            raise AssertionError

    heads = load_heads()
    checker = SignalChecker(heads, Refusing())
    assert checker.check([Claim("The gate is shut.", ("The gate is shut.",))])[0].supported
    assert checker.identity == SignalChecker(heads).identity


def test_one_that_they_know_adds_meaning_and_embeds_each_source_once() -> None:
    embedded: list[str] = []

    class Counting(HashingEmbedder):
        def embed_documents(self, texts):  # type: ignore[no-untyped-def] # as its base class
            embedded.extend(texts)
            return super().embed_documents(texts)

    embedder = Counting()
    heads = replace(load_heads(), embedder=embedder.identity.model, embedder_sha256="")
    checker = SignalChecker(heads, embedder)
    claim = Claim("The gate is shut.", ("The gate is shut.", "The rope is long."))
    first = checker.check([claim])
    assert checker.check([claim]) == first
    assert embedded == ["The gate is shut.", "The rope is long."]
    (found,) = checker.signals([claim])
    assert found is not None
    assert found.meaning == pytest.approx(1.0, abs=1e-5)


def test_a_number_is_the_same_with_and_without_its_last_zeros() -> None:
    found = signals("48 euros", ["Guests: 48.00 euros"])
    assert found is not None
    assert (found.words, found.unbroken) == (1.0, 1.0)
    other = signals("48 euros", ["Guests: 480 euros"])
    assert other is not None
    assert other.words == 0.5
