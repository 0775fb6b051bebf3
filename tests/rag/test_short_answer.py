"""The bare phrase of an answer, where the question asks for one."""

from __future__ import annotations

import time

import pytest

from generators.text.scripted import ScriptedGenerator
from rag.answering import Answering
from rag.enquiry import Enquiry
from rag.prompts import load_template
from rag.settings import AnswerSettings
from rag.short_answer import short_answer
from rag.support.scripted import ScriptedChecker
from rag.types import Answer, Answered, Passage, Sentence, SentenceChecked, Span, TextAdded, Verdict


def phrase(question: str, *said: str) -> str | None:
    return short_answer(question, [Sentence(text, ()) for text in said])


@pytest.mark.parametrize(
    ("question", "said", "expected"),
    [
        ("When does the lock close?", "The lock closes at 21:30.", "21:30"),
        ("When does the lock close?", "at 21:30", "21:30"),
        ("When did the mill burn down?", "The mill burned down in 1871.", "1871"),
        ("What year did the war end?", "The war ended in 1648.", "1648"),
        ("Who rebuilt the mill?", "The mill was rebuilt by the brothers Lund.", "brothers Lund"),
        ("Who rebuilt the mill?", "The brothers Lund rebuilt the mill.", "brothers Lund"),
        (
            "Where is the archive?",
            "The archive is in the cellar of the town hall.",
            "cellar of the town hall",
        ),
        ("Where was the treaty signed?", "The treaty was signed in Lundby on 24 October 1648.", "Lundby"),
        ("In what country is the lake located?", "The lake is located in Norway.", "Norway"),
        ("What is the capital of the island?", "Visby is the capital of the island.", "Visby"),
        ("What is the name of the river?", "The river is called the Ouse.", "Ouse"),
        ("Which ship sank first?", "The ship that sank first was the Anna.", "Anna"),
        ("How many members does the club have?", "The club has 1,200 members.", "1,200"),
        ("How much does the rope cost?", "The rope costs 90 euros a metre.", "90 euros"),
        ("How long is the pier?", "The pier is about 340 metres long.", "about 340 metres"),
        ("What percentage of members pay dues?", "88% of members pay dues.", "88%"),
        (
            "What did the engineer invent?",
            "The engineer invented a steam-driven crane.",
            "steam-driven crane",
        ),
    ],
)
def test_a_sentence_gives_what_it_adds_to_the_question(question: str, said: str, expected: str) -> None:
    assert phrase(question, said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [("Yes, the lock is open on Sundays.", "Yes"), ("no", "No"), ("The lock is shut.", None)],
)
def test_yes_or_no_comes_in_one_form(said: str, expected: str | None) -> None:
    assert phrase("Is the lock open on Sundays?", said) == expected


def test_a_number_sign_is_no_no() -> None:
    assert phrase("Is berth 5 free?", "No. 5 is free.") is None


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Why did the mill close?", "The mill closed because grain had become too dear for it to go on."),
        (
            "Describe the lock.",
            "The lock has two gates of oak, each of which is opened by hand with a winch.",
        ),
        (
            "Who rebuilt the mill?",
            "The brothers Lund rebuilt the mill in two years with stone from the quarry.",
        ),
    ],
)
def test_prose_has_no_short_answer(question: str, said: str) -> None:
    assert phrase(question, said) is None


def test_two_sentences_have_none() -> None:
    assert phrase("When did it open?", "The club opened in 1889.", "The hall cost 500 euros.") is None


PROSE = "The harbour master opens the lock at 6:00 and closes it at 21:30."


def told(reply: str, source: str = PROSE, *, supported: bool = True, quote_source: bool = True) -> Answer:
    span = Span(0, len(source), 1, "page 1", source)
    passage = Passage(1, 1, "/docs/harbour.md", "Harbour", (), (span,), source)
    desk = Answering(
        ScriptedGenerator([reply]),
        load_template("plain"),
        AnswerSettings(quote_source=quote_source),
        ScriptedChecker({}, default=1.0 if supported else 0.0),
    )
    seen = list(desk.stream(Enquiry("When is it shut at night?", (passage,), time.perf_counter())))
    last = seen[-1]
    assert isinstance(last, Answered)
    assert "".join(event.text for event in seen if isinstance(event, TextAdded)) == last.answer.text
    checked = [event.sentence for event in seen if isinstance(event, SentenceChecked)]
    assert tuple(checked) == last.answer.sentences
    return last.answer


def test_a_bare_phrase_is_followed_by_the_sentence_that_says_it() -> None:
    answer = told("21:30 [1]")
    assert answer.short_answer == "21:30"
    assert answer.text == f"21:30 [1]\n“{PROSE}” [1]"
    assert answer.sentences[1].text == f"“{PROSE}”"
    assert answer.sentences[1].citations[0].quote == PROSE
    assert answer.sentences[1].verdict is Verdict.SUPPORTED
    assert [sentence.quoted for sentence in answer.sentences] == [False, True]


def test_only_a_supported_phrase_is_followed_by_its_source() -> None:
    assert told("21:30 [1]", supported=False).text == "21:30 [1]"


def test_a_row_of_a_table_is_not_quoted_as_a_sentence() -> None:
    assert told("21:30 [1]", "| Lock | 6:00 | 21:30 |").text == "21:30 [1]"


def test_a_source_that_does_not_hold_the_phrase_is_not_quoted() -> None:
    assert told("1:30 [1]").text == "1:30 [1]"


def test_what_addresses_the_software_or_leads_elsewhere_is_not_quoted() -> None:
    assert (
        told("21:30 [1]", "It closes at 21:30, see https://evil.example/lock for more.").text == "21:30 [1]"
    )
    assert told("21:30 [1]", "The [lock](#lock) closes at 21:30.").sentences[1].text == (
        "“The lock (#lock) closes at 21:30.”"
    )


def test_it_can_be_switched_off() -> None:
    assert told("21:30 [1]", quote_source=False).text == "21:30 [1]"
    assert not AnswerSettings().quote_source
