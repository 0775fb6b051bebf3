"""Which questions need those before them, and what is searched for then."""

from __future__ import annotations

import re

import pytest

from rag import Turn
from rag.follow_up.standalone import standalone
from tests.rag.follow_up.dialogues import DIALOGUES, LATER_DIALOGUES, Dialogue


def words(text: str) -> set[str]:
    found = re.findall(r"\w+(?:[.'’-]\w+)*", text.lower())
    return {re.sub(r"['’]s?$", "", part) for word in found for part in (word, *word.split("-"))}


def turns_of(dialogue: Dialogue) -> list[Turn]:
    return [Turn(question, answer) for question, answer in dialogue.said]


@pytest.mark.parametrize("dialogue", (*DIALOGUES, *LATER_DIALOGUES), ids=lambda dialogue: f"{dialogue.said[-1][0]} {dialogue.asked}")
def test_a_dialogue(dialogue: Dialogue) -> None:
    found = standalone(dialogue.asked, turns_of(dialogue))
    if dialogue.alone:
        assert (found.text, found.rewritten) == (dialogue.asked, False), found.why
        return
    assert found.rewritten
    searched = words(found.text)
    assert [word for word in dialogue.holds if word not in searched] == [], found.text
    assert [word for word in dialogue.lacks if word in searched] == [], found.text
