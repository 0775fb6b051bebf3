"""The seam between a prompt and an engine that writes text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]

#: Of the evidence: what answers the question best, all that answers it about as well, or how it begins.
Quoting = Literal["best", "all", "leads"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation as the engine sees it."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage as data, for engines that quote rather than write. `number` counts from 1."""

    number: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. The default is greedy: same prompt, same text."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    """0 means all."""
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """All an engine gets. `question` and `evidence` repeat, as data, what `messages` say in words."""

    messages: tuple[Message, ...]
    question: str = ""
    evidence: tuple[Evidence, ...] = ()
    max_tokens: int = 256
    stop: tuple[str, ...] = ()
    sampling: Sampling = Sampling()
    quoting: Quoting = "best"
    """What engines that quote rather than write are to quote."""


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A stretch of generated text, whole characters only."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The last thing in every stream.

    `prompt_tokens` counts the whole prompt, `reused_tokens` those of them whose state was still there.
    """

    reason: Literal["end", "stop", "length", "cancelled"]
    prompt_tokens: int
    reused_tokens: int
    completion_tokens: int


class TextGenerator(Protocol):
    """An engine that writes text. One request at a time; a second waits."""

    @property
    def id(self) -> str:
        """What settings call it, for instance `llama-cpp:qwen2.5-coder-1.5b-instruct-q4_k_m`."""
        ...

    @property
    def context_tokens(self) -> int:
        """Prompt and completion together never exceed this."""
        ...

    @property
    def accelerated(self) -> bool:
        """Whether a GPU carries any of the work, so that a prompt's tokens cost little."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of a text as document content: markup of the chat format in it counts as plain text."""
        ...

    def count_prompt_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the whole prompt that these messages become."""
        ...

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[TextPiece | Finished]:
        """Yield text as it comes, then one `Finished`. Raises PromptTooLong before the first piece."""
        ...

    def warm(self, messages: Sequence[Message]) -> None:
        """Compute the state of a prompt's beginning ahead of time, where that helps the next request."""
        ...

    def close(self) -> None: ...
