"""Answers to be kept, and a file for chats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag import Answer, Citation, Conversations, Passage, Sentence, Span, Timings, TokenUse, Verdict


def an_answer(question: str = "What does a tow cost?", text: str = "48 euros [1]", **more: object) -> Answer:
    """One sentence, resting on one citation."""
    quote = "A tow costs 48 euros."
    citation = Citation(1, "/papers/club.md", "Club", 2, "section Fees", 10, 10 + len(quote), quote)
    passage = Passage(
        1, 7, "/papers/club.md", "Club", ("Fees",), (Span(10, 31, 2, "section Fees", quote),), quote
    )
    sentence = Sentence(text, (citation,), Verdict.SUPPORTED, 0.75, citation)
    parts: dict[str, object] = {
        "question": question,
        "text": text,
        "short_answer": "48 euros",
        "refused": False,
        "sentences": (sentence,),
        "passages": (passage,),
        "timings": Timings(0.1, 0.5, None, 2.25),
        "tokens": TokenUse(400, 220, 6),
    }
    return Answer(**{**parts, **more})  # type: ignore[arg-type] # tests name any of an answer's parts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "conversations.sqlite3"


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A minute passes at every look."""
    looks = 0

    def now() -> datetime:
        nonlocal looks
        looks += 1
        return datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(minutes=looks)

    return now


@pytest.fixture
def chats(file: Path, clock: Callable[[], datetime]) -> Conversations:
    return Conversations(file, clock)
