"""An embedder without a model: word counts, hashed. Deterministic, so tests can rely on it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from ingest.embedding.protocol import EmbedderIdentity, Vectors

_TOKEN = re.compile(r"\w+|[^\w\s]")


class HashingEmbedder:
    """Texts that share words are similar; nothing is known of their meaning."""

    def __init__(self, dimension: int = 256, max_tokens: int = 64) -> None:
        self._dimension = dimension
        self._max_tokens = max_tokens

    @property
    def identity(self) -> EmbedderIdentity:
        return EmbedderIdentity(model="hashing", weights_sha256="", dimension=self._dimension)

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in _TOKEN.finditer(text)]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self._dimension), dtype=np.float32)
        return np.stack([self._embed(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        return self._embed(text)

    def close(self) -> None:
        """Nothing is held."""

    def _embed(self, text: str) -> Vectors:
        vector = np.zeros(self._dimension, dtype=np.float32)
        for token in _TOKEN.findall(text.lower())[: self._max_tokens]:
            vector[zlib.crc32(token.encode("utf-8", "surrogatepass")) % self._dimension] += 1.0
        length = float(np.linalg.norm(vector))
        if length == 0.0:  # an empty text still has a vector of unit length
            vector[0] = length = 1.0
        return vector / np.float32(length)
