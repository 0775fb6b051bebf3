"""What was made of something, kept until that has changed: for pages, which are drawn anew at every click."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """For each key the latest value, and the state that it was made of. Any thread may ask.

    The key that was asked for longest ago leaves when there are too many.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Hashable, Value]] = OrderedDict()

    def get(self, key: Hashable, state: Hashable, make: Callable[[], Value]) -> Value:
        """The value for this state: the one that is kept, else what `make` gives now.

        Two threads that ask at once may both make it.
        """
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == state:
                self._kept.move_to_end(key)
                return kept[1]
        value = make()
        with self._lock:
            self._kept[key] = (state, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value

    def forget(self, key: Hashable) -> None:
        """Have it made anew when it is next asked for."""
        with self._lock:
            self._kept.pop(key, None)
