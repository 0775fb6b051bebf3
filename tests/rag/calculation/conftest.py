"""Passages with a table of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.sentences import sentence_spans
from rag.types import Passage, Span

FERRY = """Ferry company, annual report
| (in thousands) | 2021 | 2020 | 2019 |
| Ticket sales | $1,234 | $1,100 | $1,000 |
| Freight | 410 | 395 | 452 |
| Fuel expenses | (310) | (295) | (280) |
| Result | (12) | 30 | 24 |
| Occupancy rate | 71.5% | 68.0% | 66.1% |"""

NEWS = "Anna the crane cost $5.2 million. The hall cost $1.3 million. In 2019 the club had 48 members."


def passage_of(number: int, text: str) -> Passage:
    spans = tuple(Span(a, b, 1, "page 1", text[a:b]) for a, b in sentence_spans(text))
    return Passage(number, number, f"/docs/{number}.md", "Ferry", (), spans, text)


@pytest.fixture
def passages() -> tuple[Passage, ...]:
    return (passage_of(1, FERRY), passage_of(2, NEWS))


@pytest.fixture
def making() -> Callable[[str], tuple[Passage, ...]]:
    return lambda text: (passage_of(1, text),)
