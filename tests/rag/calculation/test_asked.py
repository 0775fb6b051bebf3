"""Questions that ask for something to be computed, and those that only sound so."""

from __future__ import annotations

import pytest

from rag.calculation.asked import Operation, asked_calculation, periods_in


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("What is the percentage change in ticket sales from 2020 to 2021?", Operation.PERCENT_CHANGE),
        ("By what percentage did freight grow between 2019 and 2021?", Operation.PERCENT_CHANGE),
        ("What was the increase / (decrease) in freight from 2020 to 2021?", Operation.CHANGE),
        ("How much did ticket sales increase from 2019 to 2020?", Operation.CHANGE),
        ("What is the difference between ticket sales and freight in 2020?", Operation.DIFFERENCE),
        ("What are the total ticket sales from 2019 to 2021?", Operation.SUM),
        ("What is the sum of ticket sales and freight in 2020?", Operation.SUM),
        ("What was the average freight for 2019 and 2020?", Operation.AVERAGE),
        ("What is the ratio of freight to ticket sales in 2020?", Operation.RATIO),
        ("What is freight as a percentage of ticket sales in 2021?", Operation.SHARE),
        ("How many times larger are ticket sales than freight in 2020?", Operation.TIMES),
    ],
)
def test_the_operation_is_recognised(question: str, operation: Operation) -> None:
    found = asked_calculation(question)
    assert found is not None
    assert found.operation is operation


@pytest.mark.parametrize(
    "question",
    [
        "What was total revenue in 2019?",
        "What were the ticket sales in 2019 and 2020 respectively?",
        "What does average occupancy mean?",
        "Which year saw the greatest change in freight?",
        "Is there a difference in freight rates?",
        "How many times did the ferry stop?",
        "What was the weighted average rate in 2020 and 2021?",
        "What is the difference between a sloop and a ketch?",
        "Who combined both lines?",
    ],
)
def test_a_lookup_is_no_calculation(question: str) -> None:
    assert asked_calculation(question) is None


def test_periods_and_rounding_are_read() -> None:
    found = asked_calculation("What is the average freight from FY19 to FY20, rounded to one decimal place?")
    assert found is not None
    assert found.periods == ("2019", "2020")
    assert found.decimals == 1


def test_a_range_names_every_year_in_it() -> None:
    assert periods_in("from 2017 to 2019") == ("2017", "2018", "2019")
    assert periods_in("2019 compared with 2017") == ("2019", "2017")


def test_what_documents_often_state_themselves_is_not_certain() -> None:
    found = asked_calculation("What percentage of the members are under 30?")
    assert found is not None
    assert not found.certain
