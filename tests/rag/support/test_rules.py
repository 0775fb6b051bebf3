"""Numbers, names and negations: one that only one side has makes a sentence unsupported."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.support.names import missing_names
from rag.support.negation import denial_differs
from rag.support.numbers import missing_numbers
from rag.support.protocol import Claim
from rag.support.rules import Statement, broken_rule, statement_of
from rag.support.words import words


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("It costs 1,200 euros.", "The price is €1200."),
        ("It costs 1.200 euros.", "The price is EUR 1,200."),
        ("It costs 1 200 euros.", "The price is 1,200 euros."),
        ("It costs 1200 euros.", "The price is 1 200 euros."),
        ("12 % of them", "12 percent of the members"),
        ("12 per cent", "12%"),
        ("Revenue was $5 million.", "Revenue: $5,000,000"),
        ("Revenue was $1.5bn.", "Revenue was 1,500 million dollars."),
        ("Revenue was $1,577 million.", "Revenue (in millions) | 1,577"),
        ("12 of them", "twelve of them"),
        ("twenty-two boats", "22 boats"),
        ("It opens at 09:30.", "Open from 9:30 on."),
        ("on 5 March 2020", "2020-03-05"),
        ("on 05.03.2020", "5 March 2020"),
        ("The DG-100 of FY2018", "A DG 100, fiscal 2018"),
        ("Version 1.10", "version 1.10 of it"),
        ("3.50 euros", "3,5 euros"),
        ("One of them left.", "A guest left."),
        ("no number", "5"),
    ],
)
def test_a_number_is_found_however_it_is_written(said: str, stated: str) -> None:
    assert missing_numbers(said, stated) == []


@pytest.mark.parametrize(
    ("said", "stated", "missing"),
    [
        ("It opened in 1890.", "It opened in 1889.", ["1890"]),
        ("12% of them", "12 euros", ["12"]),
        ("It costs 5 euros.", "It costs 5 dollars.", ["5"]),
        ("5 million members", "5 members", ["5"]),
        ("5 million members", "5 billion members, millions of fans", ["5"]),
        ("5 members", "5 million members", ["5"]),
        ("1,200 euros", "12,000 euros", ["1,200"]),
        ("three gliders", "two gliders", ["three"]),
        ("at 9:30", "at 9 or 30 past", ["9:30"]),
        ("on 06.04.2020", "on 5 March 2020", ["06", "04"]),
    ],
)
def test_another_number_is_missing(said: str, stated: str, missing: list[str]) -> None:
    assert missing_numbers(said, stated) == missing


def test_a_question_may_say_the_scale() -> None:
    assert missing_numbers("1577", "Revenue was 1,577 million.", "What was it in millions?") == []


@given(st.integers(0, 10**9))
def test_a_number_is_the_same_in_every_grouping(value: int) -> None:
    forms = [f"{value}", f"{value:,}", f"{value:,}".replace(",", "."), f"{value:,}".replace(",", "\u202f")]
    forms.append(f"{value:,}".replace(",", "'"))
    for said in forms:
        for stated in forms:
            assert missing_numbers(said, f"There are {stated} of them.") == []


@given(st.integers(13, 10**6), st.integers(13, 10**6))
def test_different_whole_numbers_never_pass_for_each_other(first: int, second: int) -> None:
    assert (missing_numbers(f"It has {first} pages.", f"It has {second} pages.") == []) == (first == second)


@given(st.text())
def test_any_text_states_its_own_numbers(text: str) -> None:
    assert missing_numbers(text, text) == []


@pytest.mark.parametrize(
    ("said", "stated", "missing"),
    [
        ("The fee went to Smith.", "The fee went to Jones.", ["Smith"]),
        ("The fee went to Smith.", "SMITH took the fee.", []),
        (
            "Elephants pay nothing.",
            "Guests pay nothing.",
            [],
        ),  # the first word has its capital from its place
        ("The German hall", "a hall in Germany", []),
        ("The FAA must agree.", "The Federal Aviation Administration must agree.", []),
        ("NASA agreed.", "The Federal Aviation Administration agreed.", ["NASA"]),
        ("and I agree", "they agree", []),
    ],
)
def test_names_stand_in_the_source_or_are_missing(said: str, stated: str, missing: list[str]) -> None:
    assert missing_names(words(said), words(stated)) == missing


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("Guests may fly.", "Guests may not fly."),
        ("Guests may not fly.", "Guests may fly."),
        ("Guests may fly.", "No guests may fly."),
        ("Guests can fly.", "Guests can't fly."),
        ("Guests fly.", "It is not permitted that guests fly."),
        ("Guests may fly on Sundays.", "Guests may fly, but not on Sundays."),
        ("The fee is refunded.", "The fee isn ’ t refunded."),
        ("Dogs are allowed.", "Dogs allowed: no"),
        ("The gate is never shut.", "The gate is shut at nine. The rope is not long."),
        ("Members pay.", "Neither guests nor members pay."),
    ],
)
def test_a_negation_on_one_side_differs(said: str, stated: str) -> None:
    assert denial_differs(said, [stated])


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("Guests may not fly.", "Guests cannot fly."),
        ("Guests may fly.", "Guests may fly, but not on Sundays."),
        ("Guests pay 5.", "Guests, not members, pay 5."),
        ("The fee is not refundable.", "The fee is non-refundable."),
        ("The bill was not paid.", "The bill is unpaid."),
        ("Guests may use the hall.", "Guests may use not only the hall."),
        ("A tow costs 5.", "A tow costs no more than 5."),
        ("Rule no. 5 holds.", "Rule no 5 holds."),
        ("I am not sure, but the gate is shut.", "The gate is shut."),
        ("Purple elephants", "The gate is not shut."),
        ("Guests do not pay.", "The gate is shut. Guests never pay."),
        ("", "The gate is not shut."),
    ],
)
def test_a_negation_on_both_sides_or_elsewhere_does_not(said: str, stated: str) -> None:
    assert not denial_differs(said, [stated])


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("Yes", Statement("Is the gate shut?")),
        ("No.", Statement("Is the gate shut?", denied=True)),
        ("Yes, it is shut.", Statement("it is shut.")),
        ("No, it is open.", Statement("it is open.")),
        ("No guests fly.", Statement("No guests fly.")),
        ("No. 5 is red.", Statement("No. 5 is red.")),
        ("Yesterday", Statement("Yesterday")),
    ],
)
def test_a_bare_yes_says_what_was_asked(text: str, statement: Statement) -> None:
    assert statement_of(Claim(text, (), question="Is the gate shut?")) == statement


def test_the_rule_is_named_and_headings_count_as_said() -> None:
    def broken(text: str, *headings: str) -> str | None:
        claim = Claim(text, ("The fee is 5 euros.",), headings)
        return broken_rule(statement_of(claim), claim)

    assert broken("The fee is 6 euros.") == "number"
    assert broken("The fee in Lund is 5 euros.") == "name"
    assert broken("The fee in Lund is 5 euros.", "Fees of Lund") is None
    assert broken("The fee of 2024 is 5 euros.", "Fees 2024") is None
    assert broken("The fee is not 5 euros.") == "negation"
