"""When nobody wants to wait for memory any longer: said for all that a piece of work asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def never() -> bool:
    """What cancels nothing."""
    return False


_around: ContextVar[Callable[[], bool]] = ContextVar("waits end when", default=never)


@contextmanager
def waits_end_when(cancelled: Callable[[], bool]) -> Iterator[None]:
    """While this lasts, a wait for memory in this thread ends with WaitStopped once `cancelled` is true.

    For seams that are not told of it themselves, such as embedders. Within another, either ends it.
    """
    token = _around.set(stops_waiting(cancelled))
    try:
        yield
    finally:
        _around.reset(token)


def stops_waiting(cancelled: Callable[[], bool]) -> Callable[[], bool]:
    """What says so for a wait that begins now: `cancelled`, or what holds for all the work."""
    around = _around.get()
    return lambda: cancelled() or around()
