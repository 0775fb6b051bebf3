"""The engine for tests and demonstrations: it says what it was told to say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generators.errors import GenerationFailed, ModelUnusable
from generators.text.protocol import GenerationEvent, GenerationRequest, Message
from generators.text.words import WordSignals, count_message_words, count_words, stream_words


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """A reply with what the engine says of itself meanwhile, to those who ask for signals."""

    text: str
    signals: WordSignals


Replies = Sequence[str | ScriptedReply] | Callable[[GenerationRequest], str | ScriptedReply]


class ScriptedGenerator:
    """A TextGenerator whose replies are given, in order or as a function of the request.

    It keeps what it was asked in `requests` and what it was asked to prepare in `warmed`.
    """

    def __init__(self, replies: Replies, *, context_tokens: int = 4096, id: str = "scripted") -> None:
        self._replies = replies
        self._context_tokens = context_tokens
        self._id = id
        self._closed = False
        self.requests: list[GenerationRequest] = []
        self.warmed: list[tuple[Message, ...]] = []

    @property
    def id(self) -> str:
        return self._id

    @property
    def context_tokens(self) -> int:
        return self._context_tokens

    @property
    def accelerated(self) -> bool:
        return False

    def count_tokens(self, text: str) -> int:
        return count_words(text)

    def count_prompt_tokens(self, messages: Sequence[Message]) -> int:
        return count_message_words(messages)

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[GenerationEvent]:
        if self._closed:
            raise GenerationFailed("This generator was closed. Build a new one.")
        reply = self._reply(request)
        self.requests.append(request)
        if isinstance(reply, str):
            reply = ScriptedReply(reply, WordSignals())
        yield from stream_words(reply.text, request, self._context_tokens, cancelled, reply.signals)

    def warm(self, messages: Sequence[Message]) -> None:
        self.warmed.append(tuple(messages))

    def close(self) -> None:
        self._closed = True

    def _reply(self, request: GenerationRequest) -> str | ScriptedReply:
        if callable(self._replies):
            return self._replies(request)
        asked = len(self.requests)
        if asked >= len(self._replies):
            raise GenerationFailed(
                f"The script holds {len(self._replies)} replies and was asked for reply {asked + 1}. "
                "Add one to it."
            )
        return self._replies[asked]


def read_replies(path: Path) -> tuple[str | ScriptedReply, ...]:
    """The replies in a file. Raises ModelUnusable.

    It is a JSON array. Each reply is a text, or an object with the "text" and any of "states" (a list of
    numbers for each layer), "openings" (ln p by text), "logprobs" (one for each word) and "end_logprob".
    """
    try:
        replies = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelUnusable(f"The script {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ModelUnusable(f"The script {path} is not JSON: {error}. It must be a list of texts.") from error
    if not isinstance(replies, list):
        raise _not_replies(path)
    return tuple(reply if isinstance(reply, str) else _reply_of(reply, path) for reply in replies)


def _reply_of(value: object, path: Path) -> ScriptedReply:
    import numpy as np

    known = {"text", "states", "openings", "logprobs", "end_logprob"}
    if not isinstance(value, dict) or not isinstance(value.get("text"), str) or value.keys() - known:
        raise _not_replies(path)
    states, end = value.get("states"), value.get("end_logprob")
    try:
        signals = WordSignals(
            states=None if states is None else np.array(states, dtype=np.float32),
            openings={str(text): float(logprob) for text, logprob in value.get("openings", {}).items()},
            logprobs=tuple(map(float, value.get("logprobs", ()))),
            end_logprob=None if end is None else float(end),
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise _not_replies(path) from error
    return ScriptedReply(value["text"], signals)


def _not_replies(path: Path) -> ModelUnusable:
    return ModelUnusable(
        f'The script {path} must be a JSON list of texts, for instance ["Yes. [1]"], or of objects such as '
        '{"text": "Yes. [1]", "openings": {"Yes": -0.1}, "logprobs": [-0.1], "end_logprob": -0.2}.'
    )
