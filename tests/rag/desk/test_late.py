"""What is read through has a deadline, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag import Answered, open_collection
from tests.rag.desk.conftest import Opened

UNUSED: tuple[str, ...] = ()


@pytest.mark.parametrize(
    "question",
    ["Summarise all documents.", "List every winch in all documents.", "How many documents mention Anna?"],
)
def test_past_its_deadline_reading_ends_and_says_so(opened: Opened, question: str) -> None:
    collection = opened(UNUSED)
    hasty = replace(collection.settings, answer=replace(collection.settings.answer, deadline_seconds=1e-9))
    with open_collection(collection.folder, hasty) as desk:
        *_, last = desk.stream(question)
    assert isinstance(last, Answered)
    assert (last.answer.finish, last.answer.sentences) == ("deadline", ())
