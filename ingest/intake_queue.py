"""Between the intake's thread and the caller's: messages in order, a bounded number of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Full, Queue

from ingest.intake_events import IntakeEvent

#: Messages that may wait: enough that neither side stands still, few enough that no large file is held.
_AHEAD = 64
_PATIENCE_SECONDS = 0.2


class Stopped(Exception):
    """Nobody listens any more."""


@dataclass(frozen=True, slots=True)
class _End:
    """What ended the sending; None at its natural end."""

    error: BaseException | None


class IntakeQueue:
    """One thread puts, another receives."""

    def __init__(self) -> None:
        self._queue: Queue[IntakeEvent | _End] = Queue(_AHEAD)
        self._stopped = threading.Event()
        self._finished = threading.Event()
        self.waited_seconds = 0.0
        """How long the sender has waited for the receiver, in all."""

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    @property
    def is_finished(self) -> bool:
        """Whether the sender came to its end."""
        return self._finished.is_set()

    def put(self, event: IntakeEvent) -> None:
        """Raises Stopped once `stop` was called."""
        self._put(event)

    def finish(self, error: BaseException | None) -> None:
        """Nothing comes after this; an error is raised where the messages are received."""
        self._finished.set()
        with suppress(Stopped):
            self._put(_End(error))

    def stop(self) -> None:
        """Whoever puts from now on is told so."""
        self._stopped.set()

    def received(self) -> Generator[IntakeEvent | None]:
        """Each message; None whenever there was none for a moment."""
        while True:
            try:
                event = self._queue.get(timeout=_PATIENCE_SECONDS)
            except Empty:
                yield None
                continue
            if isinstance(event, _End):
                if event.error is not None:
                    raise event.error
                return
            yield event

    def _put(self, event: IntakeEvent | _End) -> None:
        started = time.perf_counter()
        try:
            while not self._stopped.is_set():
                try:
                    self._queue.put(event, timeout=_PATIENCE_SECONDS)
                except Full:
                    continue
                return
            raise Stopped
        finally:
            self.waited_seconds += time.perf_counter() - started
