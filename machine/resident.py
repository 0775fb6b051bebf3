"""What stands for a model that shares memory: its owner's way to it, until it is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from machine.broker import Residence
from machine.waiting import never

Model = TypeVar("Model")


class ResidentModel(Generic[Model]):
    """Loads its model at the first use, and lets go of it when it is closed or others need the room."""

    def __init__(self, residence: Residence[Model], closed: Callable[[], Exception]) -> None:
        """`closed` makes what is raised where it is used after `close`."""
        self._residence = residence
        self._closed_error = closed
        self._closed = False

    def load(self) -> None:
        """Have it in memory now rather than at the first use. Raises what loading raises, and MemoryShort."""
        with self._used():
            pass

    def close(self) -> None:
        """Twice is once."""
        self._closed = True
        self._residence.leave()

    @contextmanager
    def _used(self, cancelled: Callable[[], bool] = never) -> Iterator[Model]:
        """Raises WaitStopped where it was cancelled while others had the memory, and what `load` raises."""
        if self._closed:
            raise self._closed_error()
        with self._residence.use(lambda: self._closed or cancelled()) as model:
            yield model
