from __future__ import annotations

import pytest

from generators.text.extractive import (
    ExtractiveGenerator,
    best_sentences,
    lead_sentences,
    split_sentences,
)
from generators.text.protocol import Evidence, GenerationRequest, TextPiece

_EVIDENCE = (
    Evidence(1, "Fees", "A reader's card costs 12 euros a year. Children pay nothing."),
    Evidence(2, "Hours", "The reading room opens at nine. It closes at six, on Fridays at four."),
    Evidence(3, "History", "The house was built in 1907. Its first card was issued to a baker."),
)


def _say(question: str, evidence: tuple[Evidence, ...] = _EVIDENCE) -> str:
    request = GenerationRequest((), question=question, evidence=evidence)
    events = ExtractiveGenerator("Not in these documents.").stream(request)
    return "".join(event.text for event in events if isinstance(event, TextPiece))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What does a reader's card cost?", "A reader's card costs 12 euros a year. [1]"),
        ("When does the reading room open?", "The reading room opens at nine. [2]"),
        ("In which year was the house built?", "The house was built in 1907. [3]"),
    ],
)
def test_the_sentence_that_answers_is_quoted_with_its_mark(question: str, answer: str) -> None:
    assert _say(question) == answer


@pytest.mark.parametrize("question", ["Who won the boat race?", "What is it?", ""])
def test_without_a_shared_word_it_refuses(question: str) -> None:
    assert _say(question) == "Not in these documents."


def test_without_evidence_it_refuses() -> None:
    assert _say("What does a card cost?", ()) == "Not in these documents."


def test_a_sentence_that_stands_twice_is_quoted_once() -> None:
    twice = (Evidence(1, "", "The fee is 12 euros."), Evidence(2, "", "The fee is 12 euros."))
    assert best_sentences("What is the fee?", twice) == [(1, "The fee is 12 euros.")]


def test_a_number_in_brackets_in_the_document_is_no_mark() -> None:
    assert split_sentences("As shown in [7]. More.") == ["As shown in (7).", "More."]


def test_decimals_and_abbreviated_names_do_not_end_a_sentence() -> None:
    assert split_sentences("It rose 3.5 percent, i.e. more.\nBut then\nit fell.") == [
        "It rose 3.5 percent, i.e. more.",
        "But then it fell.",
    ]


def test_asked_for_leads_it_quotes_how_the_evidence_begins() -> None:
    request = GenerationRequest((), question="What is it?", evidence=_EVIDENCE[:2], quoting="leads")
    events = ExtractiveGenerator("Not in these documents.").stream(request)
    said = "".join(event.text for event in events if isinstance(event, TextPiece))
    assert said == "A reader's card costs 12 euros a year. [1] The reading room opens at nine. [2]"


def test_leads_are_no_headings_and_stand_evenly_apart() -> None:
    many = tuple(Evidence(n, "", f"Part {n}\n\nThis is how part {n} begins.") for n in range(1, 11))
    assert [number for number, _ in lead_sentences(many)] == [1, 3, 5, 7, 9]
    assert lead_sentences(many)[0] == (1, "This is how part 1 begins.")


def test_asked_for_all_it_quotes_every_sentence_that_answers_as_well() -> None:
    evidence = (Evidence(1, "", " ".join(f"Fee {n} is due." for n in range(1, 6))),)
    request = GenerationRequest((), question="What are the fees?", evidence=evidence, quoting="all")
    events = ExtractiveGenerator("Not in these documents.").stream(request)
    assert "".join(e.text for e in events if isinstance(e, TextPiece)).count("[1]") == 5
