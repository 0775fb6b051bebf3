"""The app with an engine that writes a few words, and the rest when a file says so.

For what happens in the middle of an answer: no test has to be quick enough to see it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from apps.chat.app import show_app
from generators.text.extractive import ExtractiveGenerator
from generators.text.protocol import GenerationEvent, GenerationRequest, TextPiece

_GATE = Path(os.environ["REFDESK_TEST_GATE"])
_PIECES_BEFORE = 6
_written = ExtractiveGenerator.stream


def _held(
    self: ExtractiveGenerator, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[GenerationEvent]:
    pieces = 0
    for event in _written(self, request, cancelled):
        yield event
        pieces += isinstance(event, TextPiece)
        if pieces == _PIECES_BEFORE and isinstance(event, TextPiece):
            while not _GATE.exists() and not cancelled():
                time.sleep(0.05)


if not hasattr(ExtractiveGenerator, "held"):
    ExtractiveGenerator.held = True  # type: ignore[attr-defined] # once, though a page's script runs often
    ExtractiveGenerator.stream = _held  # type: ignore[method-assign] # that is what this file is for
show_app()
