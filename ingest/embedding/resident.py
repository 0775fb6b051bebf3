"""An embedder whose model shares memory with all others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ingest.embedding.protocol import Embedder, EmbedderIdentity, Vectors
from machine import Residence


class ResidentEmbedder:
    """An Embedder that uses another, as long as it is in memory: loaded when first needed.

    After `close` everything but the identity raises ValueError.
    """

    def __init__(self, residence: Residence[Embedder], identity: EmbedderIdentity) -> None:
        self._residence = residence
        self._identity = identity
        self._closed = False

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

    def load(self) -> None:
        """Have it in memory now rather than at the first text."""
        with self._used():
            pass

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        with self._used() as embedder:
            return embedder.embed_documents(texts)

    def embed_query(self, text: str) -> Vectors:
        with self._used() as embedder:
            return embedder.embed_query(text)

    def close(self) -> None:
        self._closed = True
        self._residence.leave()

    @contextmanager
    def _used(self) -> Iterator[Embedder]:
        if self._closed:
            raise ValueError("this embedder was closed")
        with self._residence.use() as embedder:
            yield embedder
