"""How an answer went: when what of it was there, and how the generator's stream ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from generators.text.protocol import Finished, PromptRead
from rag.types import Finish, Timings, TokenUse


@dataclass(slots=True)
class Clock:
    """When things happened, in seconds since the question arrived."""

    started: float
    retrieved: float = 0.0
    first_token: float | None = None
    first_checked: float | None = None

    def now(self) -> float:
        return time.perf_counter() - self.started

    def timings(self) -> Timings:
        return Timings(self.retrieved, self.first_token, self.first_checked, self.now())


@dataclass(frozen=True, slots=True)
class Ended:
    """How the generator's stream ended."""

    use: TokenUse
    finish: Finish
    reasoning: str = ""

    @property
    def early(self) -> bool:
        """Whether something stopped it: what is missing says nothing of the documents."""
        return self.finish in ("cancelled", "deadline")

    @classmethod
    def before_writing(cls, read: PromptRead) -> Self:
        """It ended there, by itself."""
        return cls(TokenUse(read.prompt_tokens, read.reused_tokens, 0), "end")

    @classmethod
    def of(cls, event: Finished, reasoning: str) -> Self:
        finishes: dict[str, Finish] = {"length": "length", "cancelled": "cancelled", "deadline": "deadline"}
        use = TokenUse(event.prompt_tokens, event.reused_tokens, event.completion_tokens)
        return cls(use, finishes.get(event.reason, "end"), reasoning)


def or_late(cancelled: Callable[[], bool], deadline: float | None) -> Callable[[], bool]:
    """What says to stop where `cancelled` does, and from that moment of `time.perf_counter()`."""
    return cancelled if deadline is None else lambda: cancelled() or time.perf_counter() >= deadline


#: Where the model was not asked.
NOTHING_WRITTEN = Ended(TokenUse(0, 0, 0), "end")
