"""An embedder whose model shares memory with all others."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.embedding.protocol import Embedder, EmbedderIdentity, Vectors
from machine import Residence, ResidentModel


class ResidentEmbedder(ResidentModel[Embedder]):
    """An Embedder that uses another, as long as it is in memory: loaded when first needed.

    After `close` everything but the identity raises ValueError.
    """

    def __init__(self, residence: Residence[Embedder], identity: EmbedderIdentity) -> None:
        super().__init__(residence, lambda: ValueError("this embedder was closed"))
        self._identity = identity

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    @property
    def max_tokens(self) -> int:
        with self._used() as embedder:
            return embedder.max_tokens

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        with self._used() as embedder:
            return embedder.token_spans(text)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        with self._used() as embedder:
            return embedder.embed_documents(texts)

    def embed_query(self, text: str) -> Vectors:
        with self._used() as embedder:
            return embedder.embed_query(text)
