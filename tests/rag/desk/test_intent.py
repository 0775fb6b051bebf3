"""What kind of question it is."""

from __future__ import annotations

import pytest

from rag.intent import RETRIEVAL, Intent, read_intent
from rag.naming import is_called
from tests.rag.desk.labelled_questions import ALL, NAMES, Row
from tests.rag.desk.ordinary_questions import ORDINARY


def is_document(phrase: str) -> bool:
    return any(is_called(phrase, name) for name in NAMES)


@pytest.mark.parametrize("row", ALL, ids=lambda row: row[0])
def test_a_question_is_what_it_was_labelled(row: Row) -> None:
    question, kind, document, thing = row
    found = read_intent(question, is_document)
    assert (found.kind, found.document, found.thing) == (kind, document, thing)


def test_the_table_is_large_enough_to_say_something() -> None:
    assert len(ALL) >= 120
    assert sum(kind == "retrieval" for _, kind, _, _ in ALL) >= 60
    assert len(set(ORDINARY)) >= 200


@pytest.mark.parametrize("question", ORDINARY)
def test_no_ordinary_question_is_misrouted(question: str) -> None:
    assert read_intent(question, is_document) == RETRIEVAL


def test_a_phrase_is_a_document_only_where_one_is_called_so() -> None:
    assert read_intent("Give me an overview of the contract") == RETRIEVAL
    assert read_intent("Give me an overview of the contract", is_document) == Intent("document", "contract")


@pytest.mark.parametrize(
    ("phrase", "name", "called"),
    [
        ("contract", "lease contract", True),
        ("annual report", "annual report 2023", True),
        ("annual report 2023", "annual report 2023", True),
        ("annual report 2024", "annual report 2023", False),
        ("gliding", "Rules of the gliding club", False),
        ("the", "the lease", False),
    ],
)
def test_what_a_document_is_called(phrase: str, name: str, called: bool) -> None:
    assert bool(is_called(phrase, name)) is called
