"""Who lies in which memory, what room is left, and who has to leave for whom."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import replace

from machine.errors import MemoryShort
from machine.memory import MemoryBudget, Need, Pool
from machine.tenant import Tenant


class Occupancy:
    """The broker's book of rooms. Touched only under the broker's lock."""

    def __init__(self, budget: MemoryBudget) -> None:
        self._budget = budget
        self.tenants: dict[Hashable, Tenant] = {}

    def admit(self, tenant: Tenant, needs: tuple[Need, ...]) -> bool:
        """Make room and reserve it; False where there is not enough, and then nobody had to leave."""
        leaving: list[Tenant] = []
        granted: list[Need] = []
        for need in needs:
            room = self.room(need.pool)
            if room is None:  # nobody can say: such a pool is not counted
                continue
            room += sum(other.takes(need.pool) for other in leaving)
            for other in self.idle():
                if room >= need.wanted_bytes:
                    break
                if other not in leaving and other.takes(need.pool):
                    leaving.append(other)
                    room += other.takes(need.pool)
            if room < need.bytes_at_least:
                return False
            granted.append(_granted(need, room))
        for other in leaving:
            other.empty()
        tenant.needs, tenant.loading_thread = tuple(granted), threading.get_ident()
        return True

    def room(self, pool: Pool) -> int | None:
        """What is left of the budget, and what is really free less what is being filled now."""
        capacity, free = self._budget.capacity_bytes(pool), self._budget.free_bytes(pool)
        if capacity is None or free is None:
            return None
        promised = sum(tenant.takes(pool) for tenant in self.tenants.values())
        filling = sum(tenant.takes(pool) for tenant in self.tenants.values() if not tenant.loaded)
        return min(capacity - promised, free - filling)

    def idle(self) -> list[Tenant]:
        """Loaded and used by nobody, the least recently used first."""
        idle = [tenant for tenant in self.tenants.values() if tenant.loaded and not tenant.users]
        return sorted(idle, key=lambda tenant: tenant.last_used)

    def short(self, tenant: Tenant, needs: tuple[Need, ...]) -> MemoryShort:
        """What says that there is no room, of the pool of which most is missing."""
        need = max(needs, key=lambda need: need.bytes_at_least - self._to_be_had(need))
        used = self.in_use_beside(tenant, need.pool)
        beside = f" beside what is in use ({', '.join(used)})" if used else ""
        return MemoryShort(
            f"{tenant.name} takes {_gigabytes(need.bytes_at_least)} of {_where(need.pool)}, and "
            f"{_gigabytes(self._to_be_had(need))} can be had{beside}. Close other programs, or take a "
            "smaller model."
        )

    def in_use_beside(self, tenant: Tenant, pool: Pool | None = None) -> list[str]:
        """Names of the others at work that take some of the pool, or of any."""
        return [
            other.name
            for other in self.tenants.values()
            if other is not tenant and other.users and (pool is None or other.takes(pool))
        ]

    def _to_be_had(self, need: Need) -> int:
        idle = sum(other.takes(need.pool) for other in self.idle())
        return max(0, (self.room(need.pool) or 0) + idle)


def _granted(need: Need, room: int) -> Need:
    """What it is counted with: where it cannot have all it wants, what it will make do with.

    On a GPU that is all there is; in the machine's memory what does not fit is read from files again.
    """
    if room >= need.wanted_bytes:
        return need
    return replace(need, wanted_bytes=room if need.pool == "gpu" else need.bytes_at_least)


def _where(pool: Pool) -> str:
    return "the GPU's memory" if pool == "gpu" else "memory"


def _gigabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.2f} GB"
