"""A reranker without a model: which of the question's words a text has. Tests can rely on it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.reranking.protocol import RerankerIdentity
from rag.terms import content_terms

_WORD = re.compile(r"\w+")


class SharedWordsReranker:
    """Scores by the share of the question's content words that stand in the text; no meaning is known."""

    def __init__(self, max_tokens: int = 256) -> None:
        self._max_tokens = max_tokens
        self._closed = False

    @property
    def identity(self) -> RerankerIdentity:
        return RerankerIdentity("shared-words", "")

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        if self._closed:
            raise ValueError("this reranker was closed")
        wanted = set(content_terms(query))
        room = max(0, self._max_tokens - len(_WORD.findall(query)))
        return [self._score(wanted, _WORD.findall(text)[:room]) for text in texts]

    def close(self) -> None:
        self._closed = True

    @staticmethod
    def _score(wanted: set[str], words: list[str]) -> float:
        return len(wanted & set(content_terms(" ".join(words)))) / len(wanted) if wanted else 0.0
