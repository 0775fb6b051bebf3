"""Ctrl-C, once to end cleanly and twice to end now."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType, TracebackType
from typing import Self


class Interruption:
    """While it is entered, the first Ctrl-C only makes it true; the second raises KeyboardInterrupt.

    `when_asked` is called at the first one, and a wait for other models' memory ends with it, by WaitStopped.
    Outside the main thread, where no signal arrives, it stays false.
    """

    def __init__(self, when_asked: Callable[[], None] = lambda: None) -> None:
        self._when_asked = when_asked
        self._asked = False
        self._at_once = False
        self._waits = ExitStack()
        self._before: signal.Handlers | Callable[[int, FrameType | None], object] | int | None = None

    def __call__(self) -> bool:
        """Whether Ctrl-C came."""
        return self._asked

    def __enter__(self) -> Self:
        self._asked = False
        if threading.current_thread() is threading.main_thread():
            from machine import waits_end_when

            self._waits.enter_context(waits_end_when(self))
            self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None
            self._waits.close()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """While something waits for an answer: the first Ctrl-C makes it true and raises KeyboardInterrupt.

        So does entering it, where Ctrl-C came before.
        """
        self._at_once = True
        try:
            if self._asked:
                raise KeyboardInterrupt
            yield
        finally:
            self._at_once = False

    def _hear(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self._asked or self._at_once:
            self._asked = True
            raise KeyboardInterrupt
        self._asked = True
        self._when_asked()
