"""Answer metrics: which text is compared, and that the libraries' numbers come through unchanged."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sacrebleu
from rouge_score.rouge_scorer import RougeScorer
from rouge_score.tokenizers import DefaultTokenizer

from evaluation.metrics.answers import AnswerScorer
from evaluation.metrics.rouge import BestRouge
from evaluation.metrics.words import words
from evaluation.types import Outcome, Question, Reply

RANDOM_ANSWERS = 10_000


@pytest.fixture(scope="module")
def scorer() -> Iterator[AnswerScorer]:
    built = AnswerScorer()
    yield built
    built.close()


def asked(*golds: str) -> Question:
    return Question("q", "When does the gate close?", golds)


def test_the_short_answer_is_compared_where_there_is_one(scorer: AnswerScorer, reply: Reply) -> None:
    whole = scorer.score(asked("nine"), Outcome(reply=reply))
    short = scorer.score(asked("nine"), Outcome(reply=replace(reply, short_answer="nine")))
    assert (whole["exact_match"], whole["contains_gold"]) == (0.0, 1.0)
    assert short == {metric.name: 1.0 for metric in scorer.metrics if metric.name != "rouge2"} | {
        "rouge2": 0.0
    }


def test_bleu_is_the_mean_precision_times_the_brevity_penalty(scorer: AnswerScorer, reply: Reply) -> None:
    said = replace(reply, text="the gate closes at nine")
    found = scorer.score(asked("the gate closes at nine every day"), Outcome(reply=said))
    # All n-grams of the 5 words stand in the gold answer's 7.
    assert found["bleu"] == pytest.approx(math.exp(1 - 7 / 5))


def test_bleu_counts_against_all_gold_answers_at_once(scorer: AnswerScorer, reply: Reply) -> None:
    said = Outcome(reply=replace(reply, text="gate closes"))
    one = scorer.score(asked("gate opens"), said)["bleu"]
    other = scorer.score(asked("door closes"), said)["bleu"]
    both = scorer.score(asked("gate opens", "door closes"), said)["bleu"]
    # Both words stand in one or the other; of the one pair, in neither, half an occurrence is assumed.
    assert both == pytest.approx(math.sqrt(2 / 2 * (1 / 2) / 1))
    assert max(one, other) < both


def test_rouge_stems_and_takes_the_best_gold_answer(scorer: AnswerScorer, reply: Reply) -> None:
    said = Outcome(reply=replace(reply, text="closing the gates"))
    found = scorer.score(asked("noon", "the gate closes at nine"), said)
    # close, the, gate of 3 and 5 words; "the gate" of 2 and 4 pairs; "the gate" in order.
    assert found["rouge1"] == pytest.approx(2 * 3 / (3 + 5))
    assert found["rouge2"] == pytest.approx(2 * 1 / (2 + 4))
    assert found["rougeL"] == pytest.approx(2 * 2 / (3 + 5))


@pytest.mark.parametrize(
    ("said", "gold", "rouge1"),
    [
        ("Köln am Rhein", "Bonn am Rhein", 2 / 3),
        ("Москва", "Москва", 1.0),
        ("Москва", "Казань", 0.0),
        ("九点", "九时", 1 / 2),
        ("the café closes", "the café’s closing", 2 * 3 / (3 + 4)),
    ],
)
def test_rouge_knows_letters_beyond_ascii(said: str, gold: str, rouge1: float) -> None:
    assert BestRouge().score(said, [gold])["rouge1"] == pytest.approx(rouge1)


def test_on_ascii_both_tokenizers_part_words_alike() -> None:
    everything = "".join(map(chr, range(128))) + " don't re-enter U.S. x_y 1,000.5 Closing GATES"
    assert words(everything) == DefaultTokenizer().tokenize(everything)
    stemmed = BestRouge()
    said, gold = "closing the gates quickly", "the gate closes quick"
    # One letter more, outside ASCII and on both sides, and the rest still agrees as before.
    plain = stemmed.score(f"{said} e", [f"{gold} e"])
    assert stemmed.score(f"{said} é", [f"{gold} é"]) == pytest.approx(plain)


def test_bleu_is_over_characters_where_the_gold_answer_has_no_spaces(
    scorer: AnswerScorer, reply: Reply
) -> None:
    found = scorer.score(asked("大门九点关闭"), Outcome(reply=replace(reply, text="大门九点开放")))
    # Of 6, 5, 4 and 3 n-grams of characters 4, 3, 2 and 1 are shared.
    assert found["bleu"] == pytest.approx((4 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** (1 / 4))


@pytest.mark.parametrize(
    "changes", [{"text": "", "refusal": "not-stated"}, {"text": "I don't know the time."}]
)
def test_a_refusal_scores_zero(scorer: AnswerScorer, reply: Reply, changes: dict[str, str]) -> None:
    refusal = Outcome(reply=replace(reply, **changes))  # type: ignore[arg-type]  # the fields vary
    assert scorer.score(asked("the time of day"), refusal) == {metric.name: 0.0 for metric in scorer.metrics}


def test_is_not_defined_without_gold_answers_or_for_what_cannot_be_answered(
    scorer: AnswerScorer, reply: Reply
) -> None:
    assert scorer.score(asked(), Outcome(reply=reply)) == {}
    assert scorer.score(replace(asked("nine"), answerable=False), Outcome(reply=reply)) == {}


VOCABULARY = (
    "the a gate gates closes closing at nine, Nine. o'clock 9:30 harbour-master 1,000 & quickly U.S.".split()
)


def test_random_answers_score_as_the_libraries_do_when_called_directly(
    scorer: AnswerScorer, reply: Reply
) -> None:
    draw = random.Random(13)
    rouge = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)

    def text() -> str:
        return " ".join(draw.choices(VOCABULARY, k=draw.choice((1, 2, 4, 6))))

    for _ in range(RANDOM_ANSWERS):
        said, golds = text(), [text() for _ in range(draw.randint(1, 2))]
        found = scorer.score(asked(*golds), Outcome(reply=replace(reply, text=said)))
        expected = {
            "bleu": sacrebleu.sentence_bleu(said, golds, use_effective_order=True).score / 100,
            "chrf": sacrebleu.sentence_chrf(said, golds).score / 100,
        }
        against = [rouge.score(gold, said) for gold in golds]
        for variant in ("rouge1", "rouge2", "rougeL"):
            expected[variant] = max(each[variant].fmeasure for each in against)
        assert all(abs(found[name] - value) <= 1e-9 for name, value in expected.items()), (said, golds)
