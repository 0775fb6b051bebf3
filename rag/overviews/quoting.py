"""A generator that, should it be one that quotes, is told what to quote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from generators.text.protocol import GenerationEvent, GenerationRequest, Quoting, TextGenerator
from rag.wrapped_generator import WrappedGenerator


class QuotingGenerator(WrappedGenerator):
    """Asks the generator within as it was asked, and for this way of quoting."""

    def __init__(self, generator: TextGenerator, quoting: Quoting) -> None:
        super().__init__(generator)
        self._quoting: Quoting = quoting

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[GenerationEvent]:
        return super().stream(replace(request, quoting=self._quoting), cancelled)
