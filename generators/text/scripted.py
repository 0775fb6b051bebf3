"""The engine for tests and demonstrations: it says what it was told to say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from generators.errors import GenerationFailed, ModelUnusable
from generators.text.protocol import Finished, GenerationRequest, Message, TextPiece
from generators.text.words import count_message_words, count_words, stream_words

Replies = Sequence[str] | Callable[[GenerationRequest], str]


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
    ) -> Iterator[TextPiece | Finished]:
        if self._closed:
            raise GenerationFailed("This generator was closed. Build a new one.")
        reply = self._reply(request)
        self.requests.append(request)
        yield from stream_words(reply, request, self._context_tokens, cancelled)

    def warm(self, messages: Sequence[Message]) -> None:
        self.warmed.append(tuple(messages))

    def close(self) -> None:
        self._closed = True

    def _reply(self, request: GenerationRequest) -> str:
        if callable(self._replies):
            return self._replies(request)
        asked = len(self.requests)
        if asked >= len(self._replies):
            raise GenerationFailed(
                f"The script holds {len(self._replies)} replies and was asked for reply {asked + 1}. "
                "Add one to it."
            )
        return self._replies[asked]


def read_replies(path: Path) -> tuple[str, ...]:
    """The replies in a file: a JSON array of strings. Raises ModelUnusable."""
    try:
        replies = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelUnusable(f"The script {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ModelUnusable(f"The script {path} is not JSON: {error}. It must be a list of texts.") from error
    if not isinstance(replies, list) or not all(isinstance(reply, str) for reply in replies):
        raise ModelUnusable(f'The script {path} must be a JSON list of texts, for instance ["Yes. [1]"].')
    return tuple(replies)
