"""A reranker whose model shares memory with all others."""

from __future__ import annotations

from collections.abc import Sequence

from machine import Residence, ResidentModel
from rag.reranking.protocol import Reranker, RerankerIdentity


class ResidentReranker(ResidentModel[Reranker]):
    """A Reranker that uses another, as long as it is in memory."""

    def __init__(self, residence: Residence[Reranker], identity: RerankerIdentity) -> None:
        super().__init__(residence, lambda: ValueError("this reranker was closed"))
        self._identity = identity

    @property
    def identity(self) -> RerankerIdentity:
        return self._identity

    @property
    def max_tokens(self) -> int:
        with self._used() as reranker:
            return reranker.max_tokens

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        with self._used() as reranker:
            return reranker.scores(query, texts)
