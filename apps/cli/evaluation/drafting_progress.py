"""How far drafting is, on standard error, now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from apps.cli.screen import count_of, note

if TYPE_CHECKING:
    from evaluation.drafting.types import Attempt

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def shown_drafting(wanted: int) -> Iterator[Callable[[Sequence[Attempt]], None]]:
    """A listener that hears all attempts after each."""
    written = time.monotonic()

    def listen(attempts: Sequence[Attempt]) -> None:
        nonlocal written
        now = time.monotonic()
        if now - written >= _SECONDS_BETWEEN_LINES:
            written = now
            kept = sum(attempt.draft is not None for attempt in attempts)
            left_out = len(attempts) - kept
            note(f"{kept} of {count_of(wanted, 'question')} drafted, {left_out} left out.")

    yield listen
