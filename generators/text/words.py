"""Text from engines without a tokenizer: a token is a word with the space before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from generators.errors import PromptTooLong
from generators.text.piece_tally import PieceTally
from generators.text.protocol import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Interruption,
    Message,
    PromptRead,
)
from generators.text.stopping import StopFilter, interruption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORD = re.compile(r"\s*\S+|\s+$")


def count_words(text: str) -> int:
    """Words between white space."""
    return len(text.split())


def count_message_words(messages: Sequence[Message]) -> int:
    """Words of all messages; the engines without a tokenizer add no markup."""
    return sum(count_words(message.content) for message in messages)


def require_fit(prompt_tokens: int, max_tokens: int, context_tokens: int) -> None:
    """Raises PromptTooLong where prompt and answer do not fit the context together."""
    if prompt_tokens + max_tokens > context_tokens:
        raise PromptTooLong(
            f"The prompt has {prompt_tokens} tokens and the answer may take {max_tokens}: together "
            f"{prompt_tokens + max_tokens}, but the model's context holds {context_tokens}. "
            "Ask with fewer passages, allow a shorter answer, or set a larger context_tokens."
        )


@dataclass(frozen=True, slots=True, eq=False)
class WordSignals:
    """What a stream of words says of itself when asked. An engine without a model knows none of it."""

    states: NDArray[np.float32] | None = None
    """float32 [layers, width], whichever layers are asked for."""
    openings: Mapping[str, float] = field(default_factory=dict)
    """ln p of the first token of each text that the answer might begin with."""
    logprobs: tuple[float, ...] = ()
    """ln p of each word; of those beyond the last it is the last one's."""
    end_logprob: float | None = None

    def of_word(self, number: int) -> float | None:
        """ln p of a word, counted from 0."""
        return self.logprobs[min(number, len(self.logprobs) - 1)] if self.logprobs else None


_UNKNOWN = WordSignals()


def stream_words(
    text: str,
    request: GenerationRequest,
    context_tokens: int,
    cancelled: Callable[[], bool],
    signals: WordSignals = _UNKNOWN,
) -> Iterator[GenerationEvent]:
    """A finished text as a stream: word by word, with the request's limits and stop strings kept."""
    prompt_tokens = count_message_words(request.messages)
    require_fit(prompt_tokens, request.max_tokens, context_tokens)
    if early := interruption(request, cancelled):
        yield Finished(early, prompt_tokens, reused_tokens=0, completion_tokens=0)
        return
    yield _prompt_read(request, signals, prompt_tokens)
    stop = StopFilter(request.stop)
    tally = PieceTally()
    written = 0
    reason: Literal["end", "stop", "length"] | Interruption = "end"
    for word in _split(text):
        if early := interruption(request, cancelled):
            reason = early
            break
        if written == request.max_tokens and word.strip():
            reason = "length"
            break
        if request.signals and word.strip():
            tally.add(signals.of_word(written))
        written += count_words(word)
        if shown := stop.feed(word):
            yield tally.piece(shown)
        if stop.found:
            reason = "stop"
            break
    if reason in ("end", "length") and (rest := stop.finish()):
        yield tally.piece(rest)
    end_logprob = signals.end_logprob if request.signals and reason == "end" else None
    yield Finished(reason, prompt_tokens, 0, written, end_logprob)


def _prompt_read(request: GenerationRequest, signals: WordSignals, prompt_tokens: int) -> PromptRead:
    openings = tuple(signals.openings.get(text) for text in request.openings) if request.signals else ()
    return PromptRead(signals.states if request.layers else None, openings, prompt_tokens)


def _split(text: str) -> Iterable[str]:
    return (match.group() for match in _WORD.finditer(text))
