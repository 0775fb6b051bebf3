"""Who is in memory: models are loaded when they are needed, and the least recently used leave first.

    broker ── residence(key) ──> Residence ── use() ──> the model, for as long as the `with` lasts

A model in use stays. Where a model does not fit beside those in use, whoever asked for it waits until they
are done; where that will never be, MemoryShort says so, and where they do not want to any longer,
WaitStopped. Two residences of one key are one model.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Generic, Literal, TypeVar

from machine.errors import ModelReleased, WaitStopped
from machine.memory import POOLS, MachineBudget, MemoryBudget, Need
from machine.occupancy import Occupancy
from machine.tenant import Tenant
from machine.waiting import never, stops_waiting

Model = TypeVar("Model")

#: How often somebody who waits is asked whether they still want to.
_BETWEEN_QUESTIONS_SECONDS = 0.1


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
    def use(self, cancelled: Callable[[], bool] = never) -> Iterator[Model]:
        """The model, loaded where it is not, and kept for as long as this lasts. Others may use it meanwhile.

        A wait for memory ends once `cancelled` is true, or what `waits_end_when` was given. Raises
        WaitStopped then, MemoryShort, ModelReleased after `leave`, and whatever loading raises.
        """
        if self._left:
            raise ModelReleased(f"{self._tenant.name} was closed. Open it again.")
        thread = threading.get_ident()
        model = self._broker._enter(
            self._tenant, thread, self._needs, self._load, self._unload, stops_waiting(cancelled)
        )
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
        self._occupancy = Occupancy(budget)
        self._patience_seconds = patience_seconds
        self._changed = threading.Condition(threading.RLock())
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
            tenant = self._occupancy.tenants.setdefault(key, Tenant(key, name))
            tenant.residences += 1
        return Residence(self, tenant, needs, load, unload)

    def residents(self) -> list[Resident]:
        """All models that have a place, the most recently used first."""
        with self._changed:
            tenants = sorted(self._occupancy.tenants.values(), key=lambda tenant: -tenant.last_used)
            return [
                Resident(tenant.name, tenant.needs, tenant.loaded, tenant.users.total()) for tenant in tenants
            ]

    def unload_idle(self) -> None:
        """Let go of every model that nobody uses now. The next use loads it again."""
        with self._changed:
            for tenant in self._occupancy.idle():
                tenant.empty()
            self._changed.notify_all()

    def _enter(
        self,
        tenant: Tenant,
        thread: int,
        needs: Callable[[], Sequence[Need]],
        load: Callable[[], Model],
        unload: Callable[[Model], None],
        stopped: Callable[[], bool],
    ) -> Model:
        with self._changed:
            if tenant.loaded:
                self._hold(tenant, thread)
                return tenant.model  # type: ignore[no-any-return] # what `load` gave for this key
        asked = tuple(needs())  # outside the lock: it may read files
        with self._changed:
            if not self._admitted(tenant, asked, thread, stopped):
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

    def _admitted(
        self, tenant: Tenant, needs: tuple[Need, ...], thread: int, stopped: Callable[[], bool]
    ) -> bool:
        """True when room is reserved to load it, False when somebody else loaded it.

        Raises MemoryShort, WaitStopped.
        """
        doubtful_since: float | None = None
        try:
            while not tenant.loaded:
                if tenant.loading_thread is None and self._occupancy.admit(tenant, needs):
                    return True
                hope = self._hope(tenant, thread)
                now = time.monotonic()
                doubtful_since = None if hope == "sure" else (doubtful_since or now)
                left = self._patience_seconds - (now - (doubtful_since or now))
                if hope == "none" or left <= 0:
                    raise self._occupancy.short(tenant, needs)
                if stopped():
                    raise self._stopped(tenant)
                if thread not in self._waiting:
                    self._waiting.add(thread)
                    # With this thread among them, those who wait may have nobody left to wait for.
                    self._changed.notify_all()
                self._wait(math.inf if hope == "sure" else left, stopped)
            return False
        finally:
            self._waiting.discard(thread)

    def _wait(self, longest_seconds: float, stopped: Callable[[], bool]) -> None:
        """Until something changes or it is stopped, which cannot wake a thread and so is asked."""
        end = time.monotonic() + longest_seconds
        while not stopped():
            left = min(_BETWEEN_QUESTIONS_SECONDS, end - time.monotonic())
            if left <= 0 or self._changed.wait(left):
                return

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
            self._occupancy.tenants.pop(tenant.key, None)

    def _hold(self, tenant: Tenant, thread: int) -> None:
        self._clock += 1
        tenant.last_used = self._clock
        tenant.users[thread] += 1

    def _stopped(self, tenant: Tenant) -> WaitStopped:
        if tenant.loading_thread is not None:
            return WaitStopped(f"Stopped while waiting: {tenant.name} was still being loaded.")
        used = self._occupancy.in_use_beside(tenant)
        by_whom = f": in use is {', '.join(used)}" if used else ""
        return WaitStopped(f"Stopped while waiting: there was no memory yet for {tenant.name}{by_whom}.")

    def _hope(self, tenant: Tenant, thread: int) -> Literal["sure", "doubtful", "none"]:
        """Whether anybody who is at work now will be done, so that waiting makes sense.

        Those who use a model that a waiting thread holds may themselves wait, for that model's turn: that is
        doubtful. Threads that have ended, with a stream left open, will never be done.
        """
        working: set[int] = set()
        perhaps: set[int] = set()
        stuck = self._waiting | {thread}
        for other in self._occupancy.tenants.values():
            if other.loading_thread is not None:
                working.add(other.loading_thread)
            if other is not tenant:
                (perhaps if stuck & other.users.keys() else working).update(other.users)
        alive = {each.ident for each in threading.enumerate()}
        if (working - perhaps - stuck) & alive:
            return "sure"
        return "doubtful" if (perhaps - stuck) & alive else "none"


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
