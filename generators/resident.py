"""What engines have in common whose models share memory: each uses one of its kind, while it is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from generators.errors import GenerationFailed
from machine import Residence

Engine = TypeVar("Engine")


class ResidentEngine(Generic[Engine]):
    """Loads its engine at the first use, and lets go of it when it is closed or others need the room."""

    def __init__(self, residence: Residence[Engine], what: str) -> None:
        """`what` it is, for whoever uses it when it is closed: "voice"."""
        self._residence = residence
        self._what = what
        self._closed = False

    def close(self) -> None:
        """Twice is once."""
        self._closed = True
        self._residence.leave()

    @contextmanager
    def _used(self) -> Iterator[Engine]:
        """Raises GenerationFailed after `close`, MemoryShort, and whatever loading raises."""
        if self._closed:
            raise GenerationFailed(f"This {self._what} was closed. Build a new one.")
        with self._residence.use() as engine:
            yield engine
