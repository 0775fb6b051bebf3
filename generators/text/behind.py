"""Reading a stream that may keep one waiting, without waiting for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import TypeVar

_POLL_SECONDS = 0.05

Item = TypeVar("Item")


def read_behind(open_stream: Callable[[], Iterable[Item]], given_up: Callable[[], bool]) -> Iterator[Item]:
    """The stream's items, read by a thread of its own; ends early once `given_up`, even while none comes.

    Raises what opening or reading the stream raised. When this is closed or given up the thread ends with the
    next item that it is sent, and closes the stream.
    """
    arrived: SimpleQueue[Item | _End] = SimpleQueue()
    abandoned = threading.Event()
    threading.Thread(target=_read, args=(open_stream, arrived, abandoned), daemon=True).start()
    try:
        while True:
            try:
                item = arrived.get(timeout=_POLL_SECONDS)
            except Empty:
                if given_up():
                    return
                continue
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        abandoned.set()


class _End:
    def __init__(self, error: Exception | None) -> None:
        self.error = error


def _read(
    open_stream: Callable[[], Iterable[Item]],
    arrived: SimpleQueue[Item | _End],
    abandoned: threading.Event,
) -> None:
    try:
        stream = open_stream()
        try:
            for item in stream:
                if abandoned.is_set():
                    return
                arrived.put(item)
        finally:
            if (close := getattr(stream, "close", None)) is not None:
                close()
    except Exception as error:  # noqa: BLE001 - raised again where the stream is read
        arrived.put(_End(error))
    else:
        arrived.put(_End(None))
