"""Who is in memory: models are loaded when they are needed, and the least recently used leave first.

    broker ── residence(key) ──> Residence ── use() ──> the model, for as long as the `with` lasts

A model in use stays. Where a model does not fit beside those in use, whoever asked for it waits until they
are done; where that will never be, MemoryShort says so. Two residences of one key are one model.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Generic, Literal, TypeVar

from machine.errors import MemoryShort, ModelReleased
from machine.memory import POOLS, MachineBudget, MemoryBudget, Need, Pool
from machine.tenant import Tenant

Model = TypeVar("Model")


@dataclass(frozen=True, slots=True)
class Resident:
    """One model that the broker knows of. `uses` counts those at work with it now."""

    name: str
    needs: tuple[Need, ...]
    loaded: bool
    uses: int


class Residence(Generic[Model]):
    """A model's place in memory, of one owner."""

    def __init__(
        self,
        broker: MemoryBroker,
        tenant: Tenant,
        needs: Callable[[], Sequence[Need]],
        load: Callable[[], Model],
        unload: Callable[[Model], None],
    ) -> None:
        self._broker = broker
        self._tenant = tenant
        self._needs = needs
        self._load = load
        self._unload = unload
        self._left = False

    @contextmanager
    def use(self) -> Iterator[Model]:
        """The model, loaded where it is not, and kept for as long as this lasts. Others may use it meanwhile.

        Raises MemoryShort, ModelReleased after `leave`, and whatever loading raises.
        """
        if self._left:
            raise ModelReleased(f"{self._tenant.name} was closed. Open it again.")
        thread = threading.get_ident()
        model = self._broker._enter(self._tenant, thread, self._needs, self._load, self._unload)
        try:
            yield model
        finally:
            self._broker._exit(self._tenant, thread)

    def leave(self) -> None:
        """This owner needs it no more. With the last owner the model goes, once nobody uses it."""
        if not self._left:
            self._left = True
            self._broker._leave(self._tenant)


class MemoryBroker:
    """Shares memory among models. Any thread may ask for any of them."""

    def __init__(self, budget: MemoryBudget, patience_seconds: float = 30.0) -> None:
        """`patience_seconds`: how long to wait for those who may be waiting themselves, for a model."""
        self._budget = budget
        self._patience_seconds = patience_seconds
        self._changed = threading.Condition(threading.RLock())
        self._tenants: dict[Hashable, Tenant] = {}
        self._waiting: set[int] = set()
        self._clock = 0

    def residence(
        self,
        key: Hashable,
        name: str,
        needs: Callable[[], Sequence[Need]],
        load: Callable[[], Model],
        unload: Callable[[Model], None],
    ) -> Residence[Model]:
        """A place for the model that `load` gives; equal keys share one. Nothing is loaded yet.

        `needs` is asked before each loading; `unload` is called with the model, never while it is in use.
        """
        with self._changed:
            tenant = self._tenants.setdefault(key, Tenant(key, name))
            tenant.residences += 1
        return Residence(self, tenant, needs, load, unload)

    def residents(self) -> list[Resident]:
        """All models that have a place, the most recently used first."""
        with self._changed:
            tenants = sorted(self._tenants.values(), key=lambda tenant: -tenant.last_used)
            return [
                Resident(tenant.name, tenant.needs, tenant.loaded, tenant.users.total()) for tenant in tenants
            ]

    def unload_idle(self) -> None:
        """Let go of every model that nobody uses now. The next use loads it again."""
        with self._changed:
            for tenant in self._idle():
                tenant.empty()
            self._changed.notify_all()

    def _enter(
        self,
        tenant: Tenant,
        thread: int,
        needs: Callable[[], Sequence[Need]],
        load: Callable[[], Model],
        unload: Callable[[Model], None],
    ) -> Model:
        with self._changed:
            if tenant.loaded:
                self._hold(tenant, thread)
                return tenant.model  # type: ignore[no-any-return] # what `load` gave for this key
        asked = tuple(needs())  # outside the lock: it may read files
        with self._changed:
            if not self._admitted(tenant, asked, thread):
                self._hold(tenant, thread)
                return tenant.model  # type: ignore[no-any-return] # as above
        try:
            model = load()
        except BaseException:
            with self._changed:
                tenant.loading_thread = None
                self._forget_if_done(tenant)
                self._changed.notify_all()
            raise
        with self._changed:
            tenant.model, tenant.unload, tenant.loading_thread = model, unload, None
            self._hold(tenant, thread)
            self._changed.notify_all()
            return model

    def _admitted(self, tenant: Tenant, needs: tuple[Need, ...], thread: int) -> bool:
        """True when room is reserved to load it, False when somebody else loaded it. Raises MemoryShort."""
        doubtful_since: float | None = None
        try:
            while not tenant.loaded:
                if tenant.loading_thread is None and self._admit(tenant, needs):
                    return True
                hope = self._hope(tenant, thread)
                now = time.monotonic()
                doubtful_since = None if hope == "sure" else (doubtful_since or now)
                left = self._patience_seconds - (now - (doubtful_since or now))
                if hope == "none" or left <= 0:
                    raise self._short(tenant, needs)
                if thread not in self._waiting:
                    self._waiting.add(thread)
                    # With this thread among them, those who wait may have nobody left to wait for.
                    self._changed.notify_all()
                self._changed.wait(None if hope == "sure" else left)
            return False
        finally:
            self._waiting.discard(thread)

    def _exit(self, tenant: Tenant, thread: int) -> None:
        with self._changed:
            tenant.users[thread] -= 1
            tenant.users += Counter()  # drops those at 0
            self._forget_if_done(tenant)
            self._changed.notify_all()

    def _leave(self, tenant: Tenant) -> None:
        with self._changed:
            tenant.residences -= 1
            self._forget_if_done(tenant)
            self._changed.notify_all()

    def _forget_if_done(self, tenant: Tenant) -> None:
        if not tenant.residences and not tenant.users and tenant.loading_thread is None:
            tenant.empty()
            self._tenants.pop(tenant.key, None)

    def _hold(self, tenant: Tenant, thread: int) -> None:
        self._clock += 1
        tenant.last_used = self._clock
        tenant.users[thread] += 1

    def _admit(self, tenant: Tenant, needs: tuple[Need, ...]) -> bool:
        """Make room and reserve it; False where there is not enough, and then nobody had to leave."""
        leaving: list[Tenant] = []
        granted: list[Need] = []
        for need in needs:
            room = self._room(need.pool)
            if room is None:  # nobody can say: such a pool is not counted
                continue
            room += sum(other.takes(need.pool) for other in leaving)
            for other in self._idle():
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

    def _room(self, pool: Pool) -> int | None:
        """What is left of the budget, and what is really free less what is being filled now."""
        capacity, free = self._budget.capacity_bytes(pool), self._budget.free_bytes(pool)
        if capacity is None or free is None:
            return None
        promised = sum(tenant.takes(pool) for tenant in self._tenants.values())
        filling = sum(tenant.takes(pool) for tenant in self._tenants.values() if not tenant.loaded)
        return min(capacity - promised, free - filling)

    def _idle(self) -> list[Tenant]:
        """Loaded and used by nobody, the least recently used first."""
        idle = [tenant for tenant in self._tenants.values() if tenant.loaded and not tenant.users]
        return sorted(idle, key=lambda tenant: tenant.last_used)

    def _hope(self, tenant: Tenant, thread: int) -> Literal["sure", "doubtful", "none"]:
        """Whether anybody who is at work now will be done, so that waiting makes sense.

        Those who use a model that a waiting thread holds may themselves wait, for that model's turn: that is
        doubtful. Threads that have ended, with a stream left open, will never be done.
        """
        working: set[int] = set()
        perhaps: set[int] = set()
        stuck = self._waiting | {thread}
        for other in self._tenants.values():
            if other.loading_thread is not None:
                working.add(other.loading_thread)
            if other is not tenant:
                (perhaps if stuck & other.users.keys() else working).update(other.users)
        alive = {each.ident for each in threading.enumerate()}
        if (working - perhaps - stuck) & alive:
            return "sure"
        return "doubtful" if (perhaps - stuck) & alive else "none"

    def _short(self, tenant: Tenant, needs: tuple[Need, ...]) -> MemoryShort:
        """Of the pool of which most is missing."""

        def room(need: Need) -> int:
            idle = sum(other.takes(need.pool) for other in self._idle())
            return max(0, (self._room(need.pool) or 0) + idle)

        need = max(needs, key=lambda need: need.bytes_at_least - room(need))
        where = "the GPU's memory" if need.pool == "gpu" else "memory"
        used = [other.name for other in self._tenants.values() if other.users and other.takes(need.pool)]
        beside = f" beside what is in use ({', '.join(used)})" if used else ""
        return MemoryShort(
            f"{tenant.name} takes {_gigabytes(need.bytes_at_least)} of {where}, and "
            f"{_gigabytes(room(need))} can be had{beside}. Close other programs, or take a smaller model."
        )


def _granted(need: Need, room: int) -> Need:
    """What it is counted with: where it cannot have all it wants, what it will make do with.

    On a GPU that is all there is; in the machine's memory what does not fit is read from files again.
    """
    if room >= need.wanted_bytes:
        return need
    return replace(need, wanted_bytes=room if need.pool == "gpu" else need.bytes_at_least)


def _gigabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.2f} GB"


@cache
def memory_broker() -> MemoryBroker:
    """The one of this process, over this machine's memory."""
    return MemoryBroker(MachineBudget())


def do_they_fit(needs: Sequence[Need], budget: MemoryBudget) -> bool:
    """Whether models with these needs can all be loaded at once."""
    return all(
        capacity is None or sum(need.wanted_bytes for need in needs if need.pool == pool) <= capacity
        for pool in POOLS
        for capacity in [budget.capacity_bytes(pool)]
    )
