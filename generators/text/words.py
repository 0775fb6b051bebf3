"""Text from engines without a tokenizer: a token is a word with the space before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from generators.errors import PromptTooLong
from generators.text.protocol import Finished, GenerationRequest, Message, TextPiece
from generators.text.stopping import StopFilter

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


def stream_words(
    text: str, request: GenerationRequest, context_tokens: int, cancelled: Callable[[], bool]
) -> Iterator[TextPiece | Finished]:
    """A finished text as a stream: word by word, with the request's limits and stop strings kept."""
    prompt_tokens = count_message_words(request.messages)
    require_fit(prompt_tokens, request.max_tokens, context_tokens)
    stop = StopFilter(request.stop)
    written = 0
    reason: Literal["end", "stop", "length", "cancelled"] = "end"
    for word in _split(text):
        if cancelled():
            reason = "cancelled"
            break
        if written == request.max_tokens and word.strip():
            reason = "length"
            break
        written += count_words(word)
        if shown := stop.feed(word):
            yield TextPiece(shown)
        if stop.found:
            reason = "stop"
            break
    if reason in ("end", "length") and (rest := stop.finish()):
        yield TextPiece(rest)
    yield Finished(reason, prompt_tokens, reused_tokens=0, completion_tokens=written)


def _split(text: str) -> Iterable[str]:
    return (match.group() for match in _WORD.finditer(text))
