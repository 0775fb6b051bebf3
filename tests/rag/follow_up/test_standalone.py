"""Which questions need those before them, and what is searched for then."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Turn
from rag.follow_up.standalone import standalone
from tests.rag.follow_up.dialogues import DIALOGUES, Dialogue
from tests.rag.follow_up.later_dialogues import LAST_DIALOGUES, LATER_DIALOGUES


def words(text: str) -> set[str]:
    found = re.findall(r"\w+(?:[.'’-]\w+)*", text.lower())
    return {re.sub(r"['’]s?$", "", part) for word in found for part in (word, *word.split("-"))}


def cases() -> Iterator[object]:
    for dialogue in (*DIALOGUES, *LATER_DIALOGUES, *LAST_DIALOGUES):
        marks = [pytest.mark.xfail(reason=dialogue.missed, strict=True)] if dialogue.missed else []
        yield pytest.param(dialogue, id=f"{dialogue.said[-1][0]} {dialogue.asked}", marks=marks)


@pytest.mark.parametrize("dialogue", list(cases()))
def test_a_dialogue(dialogue: Dialogue) -> None:
    turns = [Turn(question, answer) for question, answer in dialogue.said]
    found = standalone(dialogue.asked, turns)
    if dialogue.alone:
        assert (found.text, found.rewritten) == (dialogue.asked, False), found.why
        return
    assert found.rewritten
    searched = words(found.text)
    assert [word for word in dialogue.holds if word not in searched] == [], found.text
    assert [word for word in dialogue.lacks if word in searched] == [], found.text


def test_the_first_question_stays_as_it_is() -> None:
    assert standalone("And in 2019?", ()).text == "And in 2019?"


@pytest.mark.parametrize(
    ("asked", "searched"),
    [
        ("And in 2019?", "What was revenue in 2019?"),
        ("2019", "What was revenue in 2019?"),
        ("and Q3 2019", "What was revenue in 2019 Q3?"),
        ("And for BP?", "What was revenue in 2018 for BP?"),
        ("Compared with 2017?", "What was revenue in 2018 Compared with 2017?"),
    ],
)
def test_a_value_takes_the_place_of_its_like(asked: str, searched: str) -> None:
    assert standalone(asked, [Turn("What was revenue in 2018?", "4.2 [1]")]).text == searched


def test_a_follow_up_goes_on_from_a_refused_question() -> None:
    refused = Turn("What was revenue in 2018?", "The documents do not hold an answer.", refused=True)
    turns = [Turn("Who rebuilt the mill?", "The brothers Lund [1]"), refused]
    assert standalone("And in 2019?", turns).text == "What was revenue in 2019?"


def test_a_refusal_is_no_name() -> None:
    refused = Turn("Who rebuilt the mill?", "Nobody we know of.", refused=True)
    assert "nobody" not in standalone("When did they rebuild it?", [refused]).text.lower()


@pytest.mark.parametrize(
    ("before", "asked", "whole"),
    [
        ("What was revenue in 2018?", "And in 2019?", True),
        ("What was revenue in 2018?", "And for BP?", True),
        ("What does a tow cost?", "Who pays for it?", True),
        ("When did the mill burn down?", "Why?", True),
        ("What is the annual fee for adults?", "And the rent?", False),
        ("What did the council decide?", "Why did they do that?", False),
        ("What is the fee?", "Who is the treasurer?", True),
    ],
)
def test_what_cannot_be_asked_by_itself_is_told(before: str, asked: str, whole: bool) -> None:
    assert standalone(asked, [Turn(before, "So. [1]")]).whole is whole


def test_it_says_why() -> None:
    turns = [Turn("What does a tow cost?", "48 euros [1]")]
    assert standalone("Who pays for it?", turns).why == '"it" points back'
    assert standalone("Who is the treasurer?", turns).why == "it names its own subject"


def test_a_long_dialogue_does_not_grow_the_query() -> None:
    turns = [Turn("Which exclusions does the policy have?", "War and flood [1]")]
    for number in range(30):
        turns.append(Turn(f"What does that mean for tenant {number}?", "It is excluded [1]"))
    assert len(standalone("What does that mean for owners?", turns).text) < 400


LINES = st.text(max_size=80) | st.lists(
    st.sampled_from(
        "and what about it its that there then 2019 Q3 May Shell's the ? , who else in of BP".split()
    )
).map(" ".join)


@given(LINES, st.lists(st.tuples(LINES, LINES), max_size=3))
def test_no_text_is_too_odd(question: str, said: list[tuple[str, str]]) -> None:
    turns = [Turn(asked, answered) for asked, answered in said]
    found = standalone(question, turns)
    assert found.rewritten == (found.text != question)
    assert found == standalone(question, turns)


@pytest.mark.parametrize(
    "question", ["俱乐部的入会费是多少？", "会費はいくらですか、教えてください", "ค่าธรรมเนียมแรกเข้าเท่าไร"]
)
def test_a_whole_question_without_spaces_is_no_fragment(question: str) -> None:
    before = Turn("Wie hoch ist die Aufnahmegebühr des Vereins?", "120 Euro [1]")
    assert standalone(question, [before]).text == question
