"""The seam between text and vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What must be equal for two vectors to be comparable. The store keeps it and refuses another.

    The engine (torch, OpenVINO) and its precision are not part of it: with the same weights their vectors
    agree to a cosine above .99, typically .998 (8-bit integers), or .9999 (the others), and no loss was
    seen when those of two engines were ranked together (docs/benchmarks.md).
    """

    model: str
    weights_sha256: str
    dimension: int
    query_prefix: str = ""
    document_prefix: str = ""


class Embedder(Protocol):
    """Turns text into vectors of unit length, so that an inner product is a cosine similarity."""

    @property
    def identity(self) -> EmbedderIdentity: ...

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that are read, special tokens not counted; what is beyond is lost."""
        ...

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character span of each of the text's tokens, in order, without special tokens."""
        ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order: float32 [len(texts), dimension], unit length."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """The question's vector: float32 [dimension], unit length."""
        ...

    def close(self) -> None: ...
