"""The seam between an answer's sentence with its sources and whether they say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer, without marks, and what it has to stand on.

    `sources` are the sentences of the passages it cites, in their order; `headings` is what stands above
    these: it counts as said, too, but nothing rests on it alone. `question` is what was asked.
    """

    text: str
    sources: tuple[str, ...]
    headings: tuple[str, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True)
class Support:
    """What checking a claim came to.

    `score` is 0..1, higher is better. `supported` is the verdict: a high score alone does not make it.
    `source` is the index of the source sentence that the claim rests on, None where it rests on none.
    """

    score: float
    supported: bool
    source: int | None


@dataclass(frozen=True, slots=True)
class CheckerIdentity:
    """What must be equal for two scores to be comparable. `weights_sha256` is empty where there are none."""

    name: str
    weights_sha256: str


class SupportChecker(Protocol):
    """Says of claims whether their sources say them. Threads may share one."""

    @property
    def identity(self) -> CheckerIdentity: ...

    def check(self, claims: Sequence[Claim]) -> list[Support]:
        """One for each claim, in order, whatever else is in the call.

        A claim without sources, or without a word, is not supported: its score is 0.
        """
        ...

    def close(self) -> None: ...
