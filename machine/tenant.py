"""One model that the broker knows of: whether it is loaded, who uses it, what it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any

from machine.memory import Need, Pool, give_back


class Tenant:
    """What the broker keeps of one model. Touched only under the broker's lock."""

    def __init__(self, key: Hashable, name: str) -> None:
        self.key = key
        self.name = name
        self.model: Any = None
        self.unload: Callable[[Any], None] | None = None
        self.needs: tuple[Need, ...] = ()
        self.residences = 0
        self.users: Counter[int] = Counter()
        self.last_used = 0
        self.loading_thread: int | None = None

    @property
    def loaded(self) -> bool:
        return self.unload is not None

    @property
    def here(self) -> bool:
        """Loaded, or about to be."""
        return self.loaded or self.loading_thread is not None

    def takes(self, pool: Pool) -> int:
        return sum(need.wanted_bytes for need in self.needs if need.pool == pool) if self.here else 0

    def empty(self) -> None:
        if self.unload is not None:
            model, unload = self.model, self.unload
            self.model, self.unload = None, None
            unload(model)
            del model
            give_back()
