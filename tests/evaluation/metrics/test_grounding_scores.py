"""Citations against gold sentences and pages, by arithmetic done by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evaluation.metrics.grounding import GroundingScorer
from evaluation.types import AnswerSentence, Gold, Outcome, Question, Quote, Reply, ShownPassage

GATE = "The harbour master closes the gate at nine."
FEES = "Mooring fees are due on the first working day."
PILOT = "Boats longer than 18 metres need a pilot."
MILL = "The mill burned down in the spring of 1871."

QUESTION = Question("q", "?", ("nine",), gold=(Gold("rules", 1), Gold("rules", 2), Gold("rules", 9, 0)))


def quote(text: str, page_number: int = 1, passage_number: int = 1, document: str = "rules") -> Quote:
    return Quote(document, page_number, text, passage_number)


def cited(reply: Reply, *quotes: Quote) -> Outcome:
    return Outcome(reply=replace(reply, sentences=(AnswerSentence("It is so.", "supported", 1.0, quotes),)))


def against(*gold_sentences: str) -> Question:
    return replace(QUESTION, gold_sentences=gold_sentences)


def test_precision_is_of_quotes_and_recall_of_gold_sentences(reply: Reply) -> None:
    outcome = cited(reply, quote(GATE), quote("harbour master closes the gate", 2), quote(MILL))
    found = GroundingScorer().score(against(GATE, FEES, PILOT), outcome)
    precision, recall = 2 / 3, 1 / 3
    assert found["citation_precision"] == pytest.approx(precision)
    assert found["citation_recall"] == pytest.approx(recall)
    assert found["citation_f1"] == pytest.approx(2 * precision * recall / (precision + recall))


def test_a_quote_that_is_longer_than_the_gold_sentence_matches_it(reply: Reply) -> None:
    found = GroundingScorer().score(against(GATE, FEES), cited(reply, quote(f"{GATE} {FEES}")))
    assert (found["citation_precision"], found["citation_recall"]) == (1.0, 1.0)


def test_what_is_quoted_twice_counts_once(reply: Reply) -> None:
    outcome = cited(reply, quote(GATE), quote(GATE, passage_number=2), quote(MILL))
    found = GroundingScorer().score(against(GATE, GATE), outcome)
    assert (found["citation_precision"], found["citation_recall"]) == (1 / 2, 1.0)


def test_no_quotes_score_zero(reply: Reply) -> None:
    found = GroundingScorer().score(against(GATE), cited(reply))
    assert {found[name] for name in found if "citation_" in name} == {0.0}


def test_pages_are_compared_with_gold_pages(reply: Reply) -> None:
    outcome = cited(
        reply, quote("x", 1), quote("y", 1), quote("z", 9), quote("x", 2, document="town"), quote("v", 3)
    )
    found = GroundingScorer().score(QUESTION, outcome)
    # Cited: rules 1, rules 9, town 2, rules 3. Gold: rules 1, rules 2; rules 9 was judged irrelevant.
    assert found["page_citation_precision"] == 1 / 4
    assert found["page_citation_recall"] == 1 / 2


def test_verdicts_and_citations_are_shares_of_the_sentences(reply: Reply) -> None:
    sentences = (
        AnswerSentence("a", "supported", 0.9, (quote("x"), quote("y"))),
        AnswerSentence("b", "supported", 0.9, ()),
        AnswerSentence("c", "unsupported", 0.1, (quote("x"),)),
        AnswerSentence("d", "unchecked", None, ()),
        AnswerSentence("e", "unchecked", None, ()),
    )
    found = GroundingScorer().score(QUESTION, Outcome(reply=replace(reply, sentences=sentences)))
    assert (found["supported"], found["unsupported"], found["unchecked"]) == (2 / 5, 1 / 5, 2 / 5)
    assert found["cited_sentences"] == 2 / 5


def test_passages_used_are_those_shown_that_are_cited(reply: Reply) -> None:
    shown = tuple(ShownPassage(number, "rules", 1, 1, "", "") for number in (1, 2, 3, 4))
    outcome = cited(
        reply, quote("x", passage_number=2), quote("y", passage_number=2), quote("z", passage_number=7)
    )
    assert outcome.reply is not None
    found = GroundingScorer().score(QUESTION, replace(outcome, reply=replace(outcome.reply, passages=shown)))
    assert found["passages_used"] == 1 / 4


def test_each_is_defined_only_where_it_means_something(reply: Reply) -> None:
    outcome = cited(reply, quote(GATE))
    own = {"supported", "unsupported", "unchecked", "cited_sentences"}
    nothing_known = Question("q", "?", ("nine",), gold=(Gold("rules"), Gold("rules", 9, 0)))
    assert GroundingScorer().score(nothing_known, outcome).keys() == own
    assert GroundingScorer().score(replace(against(" "), gold=()), outcome).keys() == own
    assert GroundingScorer().score(replace(against(GATE), answerable=False), outcome).keys() == own
    assert GroundingScorer().score(nothing_known, Outcome(reply=reply)) == {}


@pytest.mark.parametrize("text", ["", "I don't know."])
def test_a_refusal_has_no_scores(reply: Reply, text: str) -> None:
    outcome = cited(replace(reply, text=text), quote(GATE))
    assert GroundingScorer().score(against(GATE), outcome) == {}
