"""The seam between a question with its hits and how well each of them answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RerankerIdentity:
    """What must be equal for two scores to be comparable. The hash is empty where there are no weights."""

    model: str
    weights_sha256: str


class Reranker(Protocol):
    """Reads a question and a text together, which no vector made beforehand can do. Threads may share one."""

    @property
    def identity(self) -> RerankerIdentity: ...

    @property
    def max_tokens(self) -> int:
        """Tokens of a question and a text together that are read, special tokens not counted.

        What is beyond is lost, of the text first as long as it is the longer of the two.
        """
        ...

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers, in order: 0..1, higher is better, whatever else is in the call."""
        ...

    def close(self) -> None: ...
