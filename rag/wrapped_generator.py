"""A generator around another: what it does not do itself it leaves to that one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from generators.text.protocol import GenerationEvent, GenerationRequest, Message, TextGenerator


class WrappedGenerator:
    """A TextGenerator that passes everything on. The one within stays its owner's to close."""

    def __init__(self, generator: TextGenerator) -> None:
        self._generator = generator

    @property
    def id(self) -> str:
        return self._generator.id

    @property
    def context_tokens(self) -> int:
        return self._generator.context_tokens

    @property
    def accelerated(self) -> bool:
        return self._generator.accelerated

    def count_tokens(self, text: str) -> int:
        return self._generator.count_tokens(text)

    def count_prompt_tokens(self, messages: Sequence[Message]) -> int:
        return self._generator.count_prompt_tokens(messages)

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[GenerationEvent]:
        return self._generator.stream(request, cancelled)

    def warm(self, messages: Sequence[Message]) -> None:
        self._generator.warm(messages)

    def close(self) -> None:
        """The generator within is not this one's."""
