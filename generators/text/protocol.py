"""The seam between a prompt and an engine that writes text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Role = Literal["system", "user", "assistant"]
#: Why a stream stopped before the text was whole.
Interruption = Literal["cancelled", "deadline"]

_HIGHEST_TEMPERATURE = 5.0  # beyond it hardly a word follows from the one before
_LEAST_PENALTY, _MOST_PENALTY = 0.5, 2.0
_SEEDS = 2**32

#: Of the evidence: what answers the question best, all that answers it about as well, or how it begins.
Quoting = Literal["best", "all", "leads"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation as the engine sees it.

    `cuts` are offsets in `content`: what stands before one may come again in another prompt, with something
    else behind it, and an engine that reuses what it has computed had better end a stretch there.
    """

    role: Role
    content: str
    cuts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage as data, for engines that quote rather than write. `number` counts from 1."""

    number: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. The default is greedy: same prompt, same text.

    Above temperature 0 it is drawn by chance, with `seed`, from the `top_k` likeliest (0: all), from the
    fewest that have `top_p` of the probability together, and from those that are at least `min_p` times as
    likely as the likeliest. A `repeat_penalty` above 1 makes what was written a short while ago less likely,
    at any temperature. Raises ValueError for values that cannot be meant.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("temperature", self.temperature, 0.0, _HIGHEST_TEMPERATURE),
            ("min_p", self.min_p, 0.0, 1.0),
            ("repeat_penalty", self.repeat_penalty, _LEAST_PENALTY, _MOST_PENALTY),
        ):
            if not least <= value <= most:  # which NaN is not either
                raise ValueError(f"{name} is {value}; it must be from {least:g} to {most:g}")
        if not 0.0 < self.top_p <= 1.0:
            raise ValueError(f"top_p is {self.top_p}; it must be above 0 and at most 1")
        if self.top_k < 0:
            raise ValueError(f"top_k is {self.top_k}; it must be at least 0, which means all")
        if not 0 <= self.seed < _SEEDS:
            raise ValueError(f"seed is {self.seed}; it must be from 0 to {_SEEDS - 1}")


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """All an engine gets. `question` and `evidence` repeat, as data, what `messages` say in words.

    Asking for signals changes no text.
    """

    messages: tuple[Message, ...]
    question: str = ""
    evidence: tuple[Evidence, ...] = ()
    max_tokens: int = 256
    stop: tuple[str, ...] = ()
    sampling: Sampling = Sampling()
    deadline: float | None = None
    """The moment of `time.perf_counter()` from which nothing more is read or written; None for never."""
    signals: bool = False
    """Whether the stream says what the model knows of itself: openings, log-probabilities."""
    openings: tuple[str, ...] = ()
    """Texts that the answer might begin with; with signals, the model says how likely each is."""
    barred: tuple[str, ...] = ()
    """Texts that the answer may not begin with: the first token of each is not drawn as its first. Engines
    that quote rather than write have no use for it."""
    grammar: str | None = None
    """GBNF (https://github.com/ggml-org/llama.cpp/tree/master/grammars) whose `root` the whole text follows,
    where `max_tokens` leaves room for all of it; `barred` does not count then. Engines that cannot hold a
    text to one raise ModelUnusable."""
    layers: tuple[int, ...] = ()
    """Layers, counted from 0, whose outputs at the prompt's last token are wanted."""
    quoting: Quoting = "best"
    """What engines that quote rather than write are to quote."""


@dataclass(frozen=True, slots=True, eq=False)
class PromptRead:
    """The first thing in every stream: the prompt is read, and nothing is written yet.

    Missing only where the stream was interrupted before that. What was not asked for is empty.
    """

    states: NDArray[np.float32] | None = None
    """float32 [layers, width]: what the request's layers gave at the prompt's last token. None where none
    was asked for, or the engine cannot tell."""
    openings: tuple[float | None, ...] = ()
    """For each of the request's openings ln p of its first token as the answer's first, over the whole
    vocabulary at temperature 1. None where the engine cannot tell."""
    prompt_tokens: int = 0
    reused_tokens: int = 0
    """As in `Finished`, for whoever stops here."""


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A stretch of generated text, whole characters only.

    With signals, `tokens` were drawn since the last piece, and `logprob` is the sum of their ln p at
    temperature 1: None where the engine cannot tell.
    """

    text: str
    logprob: float | None = None
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The last thing in every stream.

    `prompt_tokens` counts the whole prompt, `reused_tokens` those of them whose state was still there.
    `end_logprob` is ln p of the token that ended the text: with signals, where it ended by itself.
    """

    reason: Literal["end", "stop", "length"] | Interruption
    prompt_tokens: int
    reused_tokens: int
    completion_tokens: int
    end_logprob: float | None = None


GenerationEvent = PromptRead | TextPiece | Finished


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
    ) -> Iterator[GenerationEvent]:
        """Yield one `PromptRead`, text as it comes, then one `Finished`. Raises PromptTooLong before that."""
        ...

    def warm(self, messages: Sequence[Message]) -> None:
        """Compute the state of a prompt's beginning ahead of time, where that helps the next request."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class PromptRenderer(Protocol):
    """What an engine may do besides, where it makes one text of the messages."""

    def rendered_prompt(self, messages: Sequence[Message]) -> str:
        """The prompt as the model gets it, markup included."""
        ...
