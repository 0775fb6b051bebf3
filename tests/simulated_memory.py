"""A memory of a size that a test chooses, for brokers."""

from __future__ import annotations

from dataclasses import dataclass

from machine import MemoryBroker, Pool


@dataclass(frozen=True)
class SimulatedMemory:
    """So many bytes for models, and nobody else who takes any; no GPU."""

    size_bytes: int

    def capacity_bytes(self, pool: Pool) -> int:
        return self.size_bytes if pool == "memory" else 0

    def free_bytes(self, pool: Pool) -> int:
        return self.capacity_bytes(pool)


def loaded_names(broker: MemoryBroker) -> list[str]:
    """Which models are in memory, sorted."""
    return sorted(each.name for each in broker.residents() if each.loaded)
