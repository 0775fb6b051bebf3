"""What a question's own words show."""

from __future__ import annotations

import random

import pytest

from evaluation.drafting.altering import Altered, altered
from evaluation.drafting.wording import (
    gives_away,
    names_in,
    names_source,
    says_of_whom,
    stands_alone,
    strange_words,
    unknown_names,
    with_author,
)


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("How often is the winch rope of the club replaced?", True),
        ("What does this document say about winch ropes?", False),
        ("How often does the Company replace winch ropes?", False),
        ("How often do we replace winch ropes?", False),
        ("What did it cost to replace the rope in 2021?", False),
        ("What did Acme pay when it replaced the rope in 2021?", True),
        ("For how many months is a store closed before its revenue is left out?", True),
        ("What amount did they take?", False),
        ("What is the rope?", False),
    ],
)
def test_a_question_stands_alone_or_not(question: str, alone: bool) -> None:
    assert stands_alone(question) is alone


def test_an_answer_in_the_question_gives_it_away() -> None:
    assert gives_away("Is the rope replaced every 1,000 launches?", "1,000 launches")
    assert gives_away("Is the rope replaced after 1,000 tows?", "1,000 launches")
    assert not gives_away("After how many launches is the rope replaced?", "1,000 launches")


def test_names_and_words_that_are_not_on_the_page() -> None:
    page = "Acme 2021 report. Acme completed the separation of Kenvue in 2021."
    assert unknown_names("What did Globex separate in 2021?", page) == ("Globex",)
    assert unknown_names("What did Acme separate in 2021?", page) == ()
    assert strange_words("Which company did Acme acquire?", page) == ("acquire",)
    assert strange_words("Which separation did Acme complete?", page) == ()


def test_a_document_is_named_however_it_is_written() -> None:
    assert names_source("What did Best Buy earn?", "BESTBUY 2024Q2 10Q")
    assert not names_source("What did the shop earn?", "BESTBUY 2024Q2 10Q")


def test_names_are_runs_of_capitals_but_for_months_and_quarters() -> None:
    assert names_in("What did 3M and Johnson & Johnson pay in Q1 and April?") == ("3M", "Johnson & Johnson")


@pytest.mark.parametrize(
    ("question", "clear"),
    [
        ("What did interest expense increase by in full year 2018?", False),
        ("What did interest expense of 3M increase by?", True),
        ("How is an annual report printed?", True),  # its document is the "annual report"
    ],
)
def test_a_question_says_of_whom_it_asks(question: str, clear: bool) -> None:
    assert says_of_whom(question, "Annual report 2018") is clear


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("BESTBUY 2024Q2 10Q", "BESTBUY raised BESTBUY's dividend, as BESTBUY's board wished."),
        ("2024 report", "We raised our dividend, as the Company's board wished."),
    ],
)
def test_we_and_the_company_are_whose_document_it_is(source: str, said: str) -> None:
    assert with_author("We raised our dividend, as the Company's board wished.", source) == said


def test_another_year_and_another_name_take_the_place() -> None:
    found = list(altered("What did Acme earn in 2021?", [["Globex"], ["Initech"]], random.Random(1)))
    assert [way.kind for way in found] == ["other year", "other name"]
    ways = {way.kind: way.text for way in found}
    assert ways["other name"] == "What did Globex earn in 2021?"
    assert ways["other year"] != "What did Acme earn in 2021?"
    assert ways["other year"].startswith("What did Acme earn in ")
    assert not list(altered("What does a tow cost?", [["Globex"]], random.Random(1)))


def test_a_name_of_as_many_words_is_taken_before_a_near_one() -> None:
    names = [["Best Buy"], ["Globex", "Johnson & Johnson"]]
    assert [way.key for way in altered("What did Acme earn?", names, random.Random(1))] == ["Globex"]
    assert [way.key for way in altered("What did Acme earn?", names[:1], random.Random(1))] == ["Best Buy"]
    assert not list(altered("What did Acme earn?", [["Acme", "The"]], random.Random(1)))


def test_only_a_text_that_speaks_of_what_is_new_may_answer() -> None:
    way = Altered("other name", "What did Best Buy earn?", "Best Buy")
    assert way.may_be_answered_by("Best Buy earned 5 euros.")
    assert not way.may_be_answered_by("Acme earned 5 euros.")
    assert Altered("beyond", "What did Acme pay?").may_be_answered_by("Acme earned 5 euros.")
