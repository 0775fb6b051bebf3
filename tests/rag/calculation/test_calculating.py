"""A number is computed from cited figures, or left to the ordinary answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from generators.text.scripted import ScriptedGenerator
from rag.answering import Answering
from rag.calculating import Calculated, calculate
from rag.enquiry import Enquiry
from rag.prompts import load_template
from rag.settings import AnswerSettings
from rag.types import Answered, Passage, SentenceChecked, TextAdded, Verdict

Passages = tuple[Passage, ...]


def by_rule(question: str, passages: Passages) -> Calculated:
    found = calculate(question, passages, ScriptedGenerator([]))  # a script without replies fails if asked
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the percentage change in ticket sales from 2020 to 2021?", "12.18%"),  # 134 / 1,100
        ("What was the change in freight between 2019 and 2020?", "-57 thousand"),  # 395 - 452
        ("What was the average of ticket sales for 2019 to 2021?", "$1,111.33 thousand"),  # 3,334 / 3
        ("What were the total ticket sales from 2019 to 2021?", "$3,334 thousand"),
        ("What is freight as a percentage of ticket sales in 2020?", "35.91%"),  # 395 / 1,100
        ("What was the ratio of freight to ticket sales in 2020?", "0.36"),
        ("What was the ratio of fuel expenses to ticket sales in 2020?", "0.27"),  # 295 / 1,100
        ("What is the difference between freight and ticket sales in 2020?", "$705 thousand"),
        ("What was the change in the occupancy rate from 2020 to 2021?", "3.5 percentage points"),
        (
            "What was the average of fuel expenses for 2020 and 2021?",
            "302.5 thousand",
        ),  # brackets: what goes out
        ("What was the change in the result from 2020 to 2021?", "-42 thousand"),  # -12 - 30
    ],
)
def test_tables_give_the_figures(question: str, expected: str, passages: Passages) -> None:
    assert by_rule(question, passages).short_answer == expected


def test_the_sentence_shows_the_arithmetic_and_cites_each_row(passages: Passages) -> None:
    found = by_rule("What is freight as a percentage of ticket sales in 2020?", passages)
    assert found.text == "Freight is 35.91% of Ticket sales (395 / $1,100) [1]."
    sentence = found.sentence
    assert sentence.verdict is Verdict.SUPPORTED
    assert [citation.quote for citation in sentence.citations] == [
        "| Freight | 410 | 395 | 452 |",
        "| Ticket sales | $1,234 | $1,100 | $1,000 |",
    ]
    assert sentence.calculation is not None
    assert [(one.text, one.value) for one in sentence.calculation.operands] == [
        ("395", Decimal(395)),
        ("$1,100", Decimal(1100)),
    ]
    assert all(one.text in one.citation.quote for one in sentence.calculation.operands)


@pytest.mark.parametrize(
    "text",
    [
        "Ferry\nTicket sales | 2021: 1,234 | 2020: 1,100",
        "item | 2021 | 2020\nTicket sales | 1234 | 1100",
        "2021 2020\nTicket sales 1,234 1,100\nFreight 410 395",
        "| Year | Ticket sales | Freight |\n| 2021 | 1,234 | 410 |\n| 2020 | 1,100 | 395 |",
    ],
)
def test_tables_of_every_make_are_read(text: str, making: Callable[[str], Passages]) -> None:
    question = "What is the percentage change in ticket sales from 2020 to 2021?"
    assert by_rule(question, making(text)).short_answer == "12.18%"


def test_no_markup_of_a_rows_label_is_in_the_answer(making: Callable[[str], Passages]) -> None:
    text = "| | 2021 | 2020 |\n| Ticket\u200b [sales](#top) | 1,234 | 1,100 |"
    found = by_rule("What is the percentage change in ticket sales from 2020 to 2021?", making(text))
    assert found.text.startswith("Ticket sales (#top) rose by 12.18%")


def test_two_rows_of_one_name_leave_it_open(making: Callable[[str], Passages]) -> None:
    text = "| | 2021 | 2020 |\n| Sales | 12 | 10 |\n| Sales | 15 | 11 |"
    question = "What is the change in sales from 2020 to 2021?"
    assert calculate(question, making(text), ScriptedGenerator(["none"])) is None


def test_what_two_documents_say_alike_is_taken_from_the_first(making: Callable[[str], Passages]) -> None:
    text = "| | 2021 | 2020 |\n| Ticket sales | 1,234 | 1,100 |"
    first, second = making(text)[0], replace(making(text)[0], number=2)
    found = by_rule("What is the percentage change in ticket sales from 2020 to 2021?", (first, second))
    assert found.text.endswith("[1].")


CRANE = "What is the difference between the costs of the crane and the hall in 2019?"


def test_the_model_writes_the_arithmetic_where_no_table_does(passages: Passages) -> None:
    found = calculate(CRANE, passages, ScriptedGenerator(["$5.2 million - $1.3 million [2]"]))
    assert found is not None
    assert found.short_answer == "$3.9 million"
    assert [citation.quote for citation in found.sentence.citations] == [
        "Anna the crane cost $5.2 million.",
        "The hall cost $1.3 million.",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "none",
        "$5.2 million - $1.4 million [2]",  # stands nowhere
        "$5.2 million - $1.3 million [1]",  # not in what it cites
        "$5.2 billion - $1.3 billion [2]",  # another scale
        "-$5.2 million - $1.3 million [2]",  # another sign
        "$5.2 million / $1.3 million [2]",  # no difference
        "$5.2 million - 48 [2]",  # of different units
        "The difference is $3.9 million [2]",
    ],
)
def test_what_is_not_found_or_not_asked_for_is_refused(line: str, passages: Passages) -> None:
    assert calculate(CRANE, passages, ScriptedGenerator([line])) is None


def test_the_later_year_comes_first_whatever_the_model_wrote(making: Callable[[str], Passages]) -> None:
    text = "| Sold | 2021 | 2020 |\n| Tickets, all lines and piers | 1,234 | 1,100 |"
    question = "What is the change in takings from 2020 to 2021?"
    found = calculate(question, making(text), ScriptedGenerator(["1,100 - 1,234 [1]"]))
    assert found is not None
    assert found.short_answer == "134"


def test_an_answer_says_it_at_once(passages: Passages) -> None:
    desk = Answering(ScriptedGenerator([]), load_template("plain"), AnswerSettings())
    question = "What is the percentage change in ticket sales from 2020 to 2021?"
    seen = list(desk.stream(Enquiry(question, passages, time.perf_counter())))
    last = seen[-1]
    assert isinstance(last, Answered)
    assert last.answer.text == (
        "Ticket sales rose by 12.18% from 2020 to 2021 (($1,234 − $1,100) / $1,100) [1]."
    )
    assert last.answer.short_answer == "12.18%"
    assert "".join(event.text for event in seen if isinstance(event, TextAdded)) == last.answer.text
    checked = [event.sentence for event in seen if isinstance(event, SentenceChecked)]
    assert tuple(checked) == last.answer.sentences


def test_it_can_be_switched_off(passages: Passages) -> None:
    desk = Answering(ScriptedGenerator(["12% [1]"]), load_template("plain"), AnswerSettings(calculate=False))
    question = "What is the percentage change in ticket sales from 2020 to 2021?"
    last = list(desk.stream(Enquiry(question, passages, time.perf_counter())))[-1]
    assert isinstance(last, Answered)
    assert last.answer.text.startswith("12%")
    assert last.answer.sentences[0].calculation is None
