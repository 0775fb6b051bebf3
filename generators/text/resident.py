"""A text engine whose model shares memory with all others, and leaves when they need the room."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from weakref import WeakKeyDictionary

from generators.resident import ResidentEngine
from generators.text.protocol import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Message,
    PromptRenderer,
    TextGenerator,
)
from machine import Residence, WaitStopped

#: The beginning that an engine was warmed with last; several owners may share one engine.
_warmed: WeakKeyDictionary[TextGenerator, tuple[Message, ...]] = WeakKeyDictionary()


class ResidentTextGenerator(ResidentEngine[TextGenerator]):
    """A TextGenerator that uses another, as long as it is in memory.

    `described` is such an engine, not loaded: it answers what can be told without the model. What was warmed
    is warmed again when the model comes back, and when another owner has used it for something else.
    """

    def __init__(self, residence: Residence[TextGenerator], described: TextGenerator) -> None:
        super().__init__(residence, "generator")
        self._described = described
        self._beginning: tuple[Message, ...] = ()

    @property
    def id(self) -> str:
        return self._described.id

    @property
    def context_tokens(self) -> int:
        return self._described.context_tokens

    @property
    def accelerated(self) -> bool:
        return self._described.accelerated

    def count_tokens(self, text: str) -> int:
        with self._used() as engine:
            return engine.count_tokens(text)

    def count_prompt_tokens(self, messages: Sequence[Message]) -> int:
        with self._used() as engine:
            return engine.count_prompt_tokens(messages)

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[GenerationEvent]:
        try:
            with self._used(lambda: cancelled() or _is_late(request)) as engine:
                self._warm(engine)
                yield from engine.stream(request, lambda: self._closed or cancelled())
        except WaitStopped:
            yield Finished("deadline" if _is_late(request) and not cancelled() else "cancelled", 0, 0, 0)

    def warm(self, messages: Sequence[Message]) -> None:
        self._beginning = tuple(messages)
        with self._used() as engine:
            self._warm(engine)

    def _warm(self, engine: TextGenerator) -> None:
        if not self._beginning:
            _warmed.pop(engine, None)  # what it reads now takes that place
        elif _warmed.get(engine) != self._beginning:
            engine.warm(self._beginning)
            _warmed[engine] = self._beginning


def _is_late(request: GenerationRequest) -> bool:
    return request.deadline is not None and time.perf_counter() >= request.deadline


class RenderingResident(ResidentTextGenerator):
    """One over an engine that makes one text of the messages."""

    def rendered_prompt(self, messages: Sequence[Message]) -> str:
        with self._used() as engine:
            if not isinstance(engine, PromptRenderer):
                raise TypeError(f"{engine.id} renders no prompts")
            return engine.rendered_prompt(messages)


def resident(
    residence: Callable[[Callable[[], TextGenerator]], Residence[TextGenerator]],
    build: Callable[[], TextGenerator],
) -> TextGenerator:
    """What `build` gives, in memory only when it is needed. Raises what building it raises."""
    described = build()
    kind = RenderingResident if isinstance(described, PromptRenderer) else ResidentTextGenerator
    return kind(residence(build), described)
