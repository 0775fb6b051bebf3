"""Work that takes long, in a thread of this process, so that no page waits for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Result = TypeVar("Result")

State = Literal["working", "done", "stopped", "failed"]
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SoFar:
    """How far it is, in words, and as a share of the whole from 0 to 1; None where that is not known."""

    words: str
    share: float | None = None


class Stopped(Exception):
    """Raised by work that was asked to stop, and did."""


class Background(Generic[Result]):
    """One piece of work. Its thread starts at once; any thread may look at it, or ask it to stop.

    `do` gets this object: it calls `tell` now and then, or asks `stopping`, and gives the result.
    """

    def __init__(self, name: str, do: Callable[[Background[Result]], Result]) -> None:
        self.name = name
        self.began = time.monotonic()
        self.seconds: float | None = None
        """How long it took; None while it works."""
        self.error: Exception | None = None
        self._do = do
        self._result: Result | None = None
        self._so_far = SoFar("beginning")
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def state(self) -> State:
        if not self._ended.is_set():
            return "working"
        if self.error is None:
            return "done"
        return "stopped" if self._stop.is_set() else "failed"

    @property
    def so_far(self) -> SoFar:
        return self._so_far

    @property
    def result(self) -> Result:
        """What came of it. Raises what went wrong, and RuntimeError while it works."""
        if not self._ended.is_set():
            raise RuntimeError(f"{self.name} is not done yet.")
        if self.error is not None:
            raise self.error
        return self._result  # type: ignore[return-value]  # `do` gave it, whatever it is

    def tell(self, words: str, share: float | None = None) -> None:
        """For the work itself: how far it is."""
        self._so_far = SoFar(words, None if share is None else min(1.0, max(0.0, share)))

    def stopping(self) -> bool:
        """Whether it is to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask it to stop; it does so when it next looks."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end; whether it came."""
        return self._ended.wait(seconds)

    def _work(self) -> None:
        try:
            self._result = self._do(self)
        except Exception as error:  # it is shown where the work was asked for
            self.error = error
            if not isinstance(error, Stopped):
                _LOGGER.info("%s failed", self.name, exc_info=error)
        except BaseException as error:  # a fault in a library of another language is no Exception
            self.error = RuntimeError(f"{type(error).__name__}: {error}")
            _LOGGER.exception("%s failed", self.name)
        finally:
            self.seconds = time.monotonic() - self.began
            self._ended.set()
