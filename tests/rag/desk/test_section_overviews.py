"""A document summed up section by section."""

from __future__ import annotations

import pytest

from rag import NoSuchDocument, ReadingProgress
from tests.rag.desk.conftest import Opened


def test_each_section_has_a_summary_of_its_own(opened: Opened) -> None:
    told: list[object] = []
    found = list(opened().section_overviews("rules.md", progress=told.append))
    assert [label for label, _ in found] == ["section Returns", "section Fees"]
    returns, fees = (answer for _, answer in found)
    assert returns.text == "Books go back on Friday. [1]"
    assert returns.sentences[0].citations[0].page_number == 1
    assert fees.sentences[0].citations[0].page_number == 2
    assert fees.sentences[0].citations[0].quote == "The annual fee is 12 euros."
    assert {answer.coverage for _, answer in found} == {None}
    assert [type(event) for event in told] == [ReadingProgress, ReadingProgress]


def test_it_ends_with_the_section_at_which_it_was_stopped(opened: Opened) -> None:
    found = list(opened().section_overviews("rules.md", cancelled=lambda: True))
    assert [(label, answer.finish) for label, answer in found] == [("section Returns", "cancelled")]


@pytest.mark.parametrize("document", ["absent.md", ".txt"])
def test_it_is_of_one_document(opened: Opened, document: str) -> None:
    with pytest.raises(NoSuchDocument):
        list(opened().section_overviews(document))
