"""What the words of a question and its passages say of whether the passages answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.terms import STOP_WORDS, content_terms, stem
from rag.types import Passage

#: A number, or a word with a capital that does not begin the sentence.
_NAME = re.compile(r"(?<!^)(?<![.?!]\s)\b([A-Z][\w'-]+|\d[\d,.]*)")


def shared_words(question: str, passages: Sequence[Passage]) -> float:
    """The share of the question's content words that stand in the passages or their titles, 0..1."""
    asked = set(content_terms(question))
    return len(asked & _terms(passages)) / len(asked) if asked else 1.0


def missing_names(question: str, passages: Sequence[Passage]) -> float:
    """The share of the question's names and numbers that stand nowhere there, 0..1; 0 where it has none."""
    names = {stem(name.lower()) for name in _NAME.findall(question)} - STOP_WORDS
    return len(names - _terms(passages)) / len(names) if names else 0.0


def _terms(passages: Sequence[Passage]) -> set[str]:
    return {term for passage in passages for term in content_terms(f"{passage.text} {passage.title}")}
