"""One language model for everybody: whoever asks while it writes stands in line, and is told how far back."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOOK_AGAIN_SECONDS = 0.2


class WaitingLine:
    """First come, first served; threads stand in it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[object] = deque()

    @contextmanager
    def turn(
        self, ahead: Callable[[int], None], cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[bool]:
        """Wait until it is the caller's turn, which lasts as long as the block. False where it was cancelled.

        `ahead` is told how many are before, whenever that changes.
        """
        ticket = object()
        with self._changed:
            self._line.append(ticket)
        try:
            yield self._waited(ticket, ahead, cancelled)
        finally:
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _waited(self, ticket: object, ahead: Callable[[int], None], cancelled: Callable[[], bool]) -> bool:
        told = 0
        with self._changed:
            while before := self._line.index(ticket):
                if cancelled():
                    return False
                if before != told:
                    ahead(before)
                    told = before
                self._changed.wait(_LOOK_AGAIN_SECONDS)
        return not cancelled()
