"""How an answer went: when what of it was there, and how the generator's stream ended."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Self

from generators.text.protocol import Finished
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

    @classmethod
    def of(cls, event: Finished, reasoning: str) -> Self:
        finishes: dict[str, Finish] = {"length": "length", "cancelled": "cancelled", "deadline": "cancelled"}
        use = TokenUse(event.prompt_tokens, event.reused_tokens, event.completion_tokens)
        return cls(use, finishes.get(event.reason, "end"), reasoning)
