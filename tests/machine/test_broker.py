"""Models share a simulated memory: who is loaded, who has to leave, who has to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from machine import (
    MemoryBroker,
    MemoryShort,
    ModelReleased,
    Need,
    Pool,
    Residence,
    WaitStopped,
    do_they_fit,
    waits_end_when,
)

_SOON_SECONDS = 60.0


@dataclass
class _Memory:
    """A machine whose memory is as full as its models make it, and as other programs do."""

    capacity: dict[Pool, int]
    taken_by_models: dict[Pool, int] = field(default_factory=lambda: {"memory": 0, "gpu": 0})
    taken_by_others: int = 0
    most: int = 0

    def capacity_bytes(self, pool: Pool) -> int | None:
        return self.capacity.get(pool)

    def free_bytes(self, pool: Pool) -> int | None:
        others = self.taken_by_others if pool == "memory" else 0
        capacity = self.capacity.get(pool)
        return None if capacity is None else capacity - self.taken_by_models[pool] - others

    def take(self, need: Need) -> None:
        self.taken_by_models[need.pool] += need.wanted_bytes
        self.most = max(self.most, self.taken_by_models[need.pool])


@dataclass
class _Machine:
    memory: _Memory
    broker: MemoryBroker
    log: list[str] = field(default_factory=list)

    def model(self, name: str, *needs: Need, fails: Callable[[], None] = lambda: None) -> Residence[str]:
        def load() -> str:
            fails()
            for need in needs:
                self.memory.take(need)
            self.log.append(f"load {name}")
            return name

        def unload(model: str) -> None:
            assert model == name
            for need in needs:
                self.memory.taken_by_models[need.pool] -= need.wanted_bytes
            self.log.append(f"unload {name}")

        return self.broker.residence(name, name, lambda: needs, load, unload)

    def touch(self, *models: Residence[str]) -> None:
        for model in models:
            with model.use():
                pass

    def loaded(self) -> set[str]:
        return {resident.name for resident in self.broker.residents() if resident.loaded}


def _machine(memory: int = 10, gpu: int | None = 0, patience_seconds: float = _SOON_SECONDS) -> _Machine:
    capacity: dict[Pool, int] = {"memory": memory}
    if gpu is not None:
        capacity["gpu"] = gpu
    simulated = _Memory(capacity)
    return _Machine(simulated, MemoryBroker(simulated, patience_seconds))


def test_a_model_is_loaded_when_first_used_and_stays() -> None:
    machine = _machine()
    model = machine.model("words", Need(4))
    assert machine.loaded() == set()
    with model.use() as loaded:
        assert loaded == "words"
        assert machine.broker.residents()[0].uses == 1
    machine.touch(model)
    assert machine.log == ["load words"]
    assert machine.broker.residents()[0].uses == 0


def test_the_least_recently_used_leaves_first_and_only_as_many_as_must() -> None:
    machine = _machine(memory=10)
    first, second, third = (machine.model(name, Need(3)) for name in ("first", "second", "third"))
    machine.touch(first, second, third, first)
    machine.touch(machine.model("fourth", Need(4)))  # 3 + 3 + 3 + 4 = 13: one of them has to go
    assert machine.loaded() == {"first", "third", "fourth"}
    machine.touch(second)  # 3 + 3 + 4 + 3 = 13: the next is third
    assert machine.loaded() == {"first", "second", "fourth"}
    assert machine.memory.most <= 10


def test_nobody_leaves_for_a_model_that_fits() -> None:
    machine = _machine(memory=10)
    machine.touch(machine.model("first", Need(5)), machine.model("second", Need(5)))
    assert machine.log == ["load first", "load second"]


def test_a_model_in_use_stays_and_one_that_can_never_fit_beside_it_is_refused_in_words() -> None:
    machine = _machine(memory=10_000_000_000)
    large, other = machine.model("large", Need(7_000_000_000)), machine.model("other", Need(5_000_000_000))
    with large.use():
        with pytest.raises(MemoryShort, match=r"other takes 5\.00 GB .* 3\.00 GB .* in use \(large\)"):
            machine.touch(other)
        assert machine.loaded() == {"large"}
    machine.touch(other)
    assert machine.loaded() == {"other"}


def test_a_model_larger_than_all_memory_drives_nobody_out() -> None:
    machine = _machine(memory=10)
    machine.touch(machine.model("small", Need(4)))
    with pytest.raises(MemoryShort, match="giant"):
        machine.touch(machine.model("giant", Need(11)))
    assert machine.log == ["load small"]


def test_what_other_programs_took_counts() -> None:
    machine = _machine(memory=10)
    machine.touch(machine.model("small", Need(3)))
    machine.memory.taken_by_others = 4
    machine.touch(machine.model("next", Need(5)))  # 3 of 10 are free: without the small one 6 are
    assert machine.log == ["load small", "unload small", "load next"]


def test_the_gpu_and_the_machines_memory_are_counted_apart() -> None:
    machine = _machine(memory=10, gpu=8)
    words = machine.model("words", Need(6, pool="gpu"), Need(1))
    machine.touch(words, machine.model("vectors", Need(8)))
    assert machine.loaded() == {"words", "vectors"}
    machine.touch(machine.model("pictures", Need(5, pool="gpu")))
    assert machine.loaded() == {"vectors", "pictures"}


def test_a_model_that_can_do_with_less_takes_what_there_is() -> None:
    machine = _machine(gpu=8)
    idle, busy = machine.model("idle", Need(2, pool="gpu")), machine.model("busy", Need(3, pool="gpu"))
    machine.touch(idle)
    with busy.use():
        machine.touch(machine.model("offloaded", Need(9, least_bytes=5, pool="gpu")))
    assert machine.loaded() == {"busy", "offloaded"}  # it gets the room of the idle one, too


def test_a_model_squeezed_into_memory_leaves_room_for_another_beside_it() -> None:
    machine = _machine(memory=10)
    squeezed = machine.broker.residence(
        "words", "words", lambda: [Need(16, least_bytes=5)], lambda: "words", lambda _: None
    )
    with squeezed.use():
        machine.touch(machine.model("vectors", Need(5)))
        assert machine.loaded() == {"words", "vectors"}
        with pytest.raises(MemoryShort):
            machine.touch(machine.model("pictures", Need(6)))


def test_a_gpu_of_which_nobody_can_say_how_large_it_is_is_not_counted() -> None:
    machine = _machine(gpu=None)
    machine.touch(machine.model("words", Need(10**12, pool="gpu")), machine.model("vectors", Need(10)))
    assert machine.loaded() == {"words", "vectors"}


def test_without_a_gpu_nothing_is_put_on_one() -> None:
    machine = _machine(gpu=0)
    with pytest.raises(MemoryShort, match="of the GPU's memory"):
        machine.touch(machine.model("words", Need(1, pool="gpu")))


def test_equal_keys_are_one_model_until_the_last_owner_leaves() -> None:
    machine = _machine()
    one, same = machine.model("words", Need(4)), machine.model("words", Need(4))
    machine.touch(one, same)
    assert machine.log == ["load words"]
    one.leave()
    one.leave()
    assert machine.loaded() == {"words"}
    with pytest.raises(ModelReleased, match="words"):
        machine.touch(one)
    same.leave()
    assert machine.log == ["load words", "unload words"]
    assert machine.broker.residents() == []


def test_a_model_whose_owner_leaves_in_the_middle_goes_when_the_work_is_done() -> None:
    machine = _machine(memory=10)
    model = machine.model("words", Need(6))
    with model.use():
        model.leave()
        assert machine.log == ["load words"]
        with pytest.raises(MemoryShort):  # it still takes its room
            machine.touch(machine.model("other", Need(5)))
    assert machine.log == ["load words", "unload words"]


def test_what_fails_to_load_takes_no_room() -> None:
    machine = _machine(memory=10)

    def fail() -> None:
        raise OSError("damaged")

    with pytest.raises(OSError, match="damaged"):
        machine.touch(machine.model("broken", Need(8), fails=fail))
    machine.touch(machine.model("good", Need(8)))
    assert machine.loaded() == {"good"}


def test_idle_models_can_be_let_go_of() -> None:
    machine = _machine()
    idle, busy = machine.model("idle", Need(2)), machine.model("busy", Need(2))
    machine.touch(idle)
    with busy.use():
        machine.broker.unload_idle()
        assert machine.loaded() == {"busy"}
    machine.touch(idle)
    assert machine.log == ["load idle", "load busy", "unload idle", "load idle"]


def test_who_finds_no_room_waits_until_the_others_are_done() -> None:
    machine = _machine(memory=10)
    large, other = machine.model("large", Need(7)), machine.model("other", Need(5))
    began, go_on = threading.Event(), threading.Event()

    def work_long() -> None:
        with large.use():
            began.set()
            assert go_on.wait(_SOON_SECONDS)

    with ThreadPoolExecutor() as threads:
        working = threads.submit(work_long)
        assert began.wait(_SOON_SECONDS)
        waiting = threads.submit(machine.touch, other)
        while not machine.broker._waiting:
            assert not waiting.done()
        assert machine.log == ["load large"]
        go_on.set()
        working.result(_SOON_SECONDS)
        waiting.result(_SOON_SECONDS)
    assert machine.log == ["load large", "unload large", "load other"]
    assert machine.memory.most == 7


@contextmanager
def _at_work(model: Residence[str]) -> Iterator[None]:
    """Another thread uses the model for as long as this lasts."""
    began, go_on = threading.Event(), threading.Event()

    def work() -> None:
        with model.use():
            began.set()
            assert go_on.wait(_SOON_SECONDS)

    with ThreadPoolExecutor() as threads:
        working = threads.submit(work)
        assert began.wait(_SOON_SECONDS)
        try:
            yield
        finally:
            go_on.set()
            working.result(_SOON_SECONDS)


def _when_it_waits(machine: _Machine) -> Callable[[], bool]:
    return lambda: bool(machine.broker._waiting)


def test_whoever_does_not_want_to_wait_any_longer_is_told_so_in_words() -> None:
    machine = _machine(memory=10)
    large, other = machine.model("large", Need(7)), machine.model("other", Need(5))
    with _at_work(large):
        with (
            pytest.raises(WaitStopped, match=r"no memory yet for other: in use is large"),
            other.use(_when_it_waits(machine)),
        ):
            pass
        assert machine.broker._waiting == set()
        assert machine.loaded() == {"large"}
    machine.touch(other)  # nothing of it is left over
    assert machine.log == ["load large", "unload large", "load other"]


def test_a_wait_for_a_model_that_others_load_can_be_stopped_too() -> None:
    machine = _machine()
    began, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        began.set()
        assert go_on.wait(_SOON_SECONDS)

    model = machine.model("words", Need(4), fails=slow)
    with ThreadPoolExecutor() as threads:
        loading = threads.submit(machine.touch, model)
        assert began.wait(_SOON_SECONDS)
        with (
            pytest.raises(WaitStopped, match="words was still being loaded"),
            model.use(_when_it_waits(machine)),
        ):
            pass
        go_on.set()
        loading.result(_SOON_SECONDS)


def test_what_stops_a_piece_of_work_stops_each_wait_in_it() -> None:
    machine = _machine(memory=10)
    large, other = machine.model("large", Need(7)), machine.model("other", Need(5))
    with (
        _at_work(large),
        waits_end_when(_when_it_waits(machine)),
        waits_end_when(lambda: False),
        pytest.raises(WaitStopped),
    ):
        machine.touch(other)
    with waits_end_when(lambda: True):
        machine.touch(other)  # there is room, so nobody waits


def test_stopping_a_wait_asks_the_machine_for_its_memory_no_more_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = _machine(memory=10)
    large, other = machine.model("large", Need(7)), machine.model("other", Need(5))
    asked = 0
    looked: list[Pool] = []
    room = machine.broker._occupancy.room

    def tired() -> bool:
        nonlocal asked
        asked += 1
        return asked > 4

    def counted(pool: Pool) -> int | None:
        looked.append(pool)
        return room(pool)

    with _at_work(large):
        monkeypatch.setattr(machine.broker._occupancy, "room", counted)
        with pytest.raises(WaitStopped), other.use(tired):
            pass
    assert len(looked) <= 2


def test_two_who_wait_for_each_other_are_not_left_waiting() -> None:
    machine = _machine(memory=10)
    left, right = machine.model("left", Need(5)), machine.model("right", Need(5))
    more = {
        "left": machine.model("more for left", Need(2)),
        "right": machine.model("more for right", Need(2)),
    }
    both_hold = threading.Barrier(2, timeout=_SOON_SECONDS)

    def work(own: Residence[str], name: str) -> str:
        with own.use():
            both_hold.wait()
            try:
                machine.touch(more[name])
            except MemoryShort:
                return "short"
        return "done"

    with ThreadPoolExecutor() as threads:
        results = [threads.submit(work, left, "left"), threads.submit(work, right, "right")]
        ends = sorted(result.result(_SOON_SECONDS) for result in results)
    assert ends in (["done", "short"], ["short", "short"])
    assert "short" in ends


def test_whoever_waits_for_a_models_turn_is_not_waited_for_for_ever() -> None:
    machine = _machine(memory=10, patience_seconds=0.2)
    words, vectors = machine.model("words", Need(8)), machine.model("vectors", Need(5))
    turn, queued = threading.Lock(), threading.Event()

    def queue_up() -> None:
        with words.use():
            queued.set()
            with turn:  # which the other has, as long as its stream is unfinished
                pass

    with ThreadPoolExecutor() as threads, words.use():
        turn.acquire()
        queueing = threads.submit(queue_up)
        assert queued.wait(_SOON_SECONDS)
        with pytest.raises(MemoryShort, match="in use"):
            machine.touch(vectors)
        turn.release()
        queueing.result(_SOON_SECONDS)


def test_a_thread_that_ended_in_the_middle_is_not_waited_for() -> None:
    machine = _machine(memory=10)
    words, vectors = machine.model("words", Need(8)), machine.model("vectors", Need(5))
    left_open = []

    def work() -> None:
        use = words.use()
        use.__enter__()
        left_open.append(use)

    abandoned = threading.Thread(target=work)
    abandoned.start()
    abandoned.join(_SOON_SECONDS)
    with pytest.raises(MemoryShort, match="in use"):
        machine.touch(vectors)
    left_open[0].__exit__(None, None, None)
    machine.touch(vectors)


def test_those_who_wait_do_not_keep_each_other_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = _machine(memory=10)
    large, small = machine.model("large", Need(8)), [machine.model(f"small {n}", Need(5)) for n in range(3)]
    looked = 0
    room = machine.broker._occupancy.room

    def counted(pool: Pool) -> int | None:
        nonlocal looked
        looked += 1
        return room(pool)

    monkeypatch.setattr(machine.broker._occupancy, "room", counted)
    with ThreadPoolExecutor() as threads:
        with large.use():
            waiting = [threads.submit(machine.touch, model) for model in small]
            while len(machine.broker._waiting) < len(small):
                threading.Event().wait(0.01)
            threading.Event().wait(0.3)
            assert looked < 50
        for each in waiting:
            each.result(_SOON_SECONDS)


def test_many_threads_never_fill_more_than_there_is() -> None:
    machine = _machine(memory=10)
    models = [machine.model(f"model {size}", Need(size)) for size in (2, 3, 4, 5, 6)]

    def work(turn: int) -> None:
        with models[turn % len(models)].use() as name:
            assert name in machine.loaded()

    with ThreadPoolExecutor(8) as threads:
        for result in [threads.submit(work, turn * 7) for turn in range(200)]:
            result.result(_SOON_SECONDS)
    assert machine.memory.most <= 10
    assert all(resident.uses == 0 for resident in machine.broker.residents())


def test_a_model_is_loaded_once_however_many_ask_for_it_at_the_same_time() -> None:
    machine = _machine()
    model = machine.model("words", Need(4))
    together = threading.Barrier(6, timeout=_SOON_SECONDS)

    def work() -> None:
        together.wait()
        machine.touch(model)

    with ThreadPoolExecutor(6) as threads:
        for result in [threads.submit(work) for _ in range(6)]:
            result.result(_SOON_SECONDS)
    assert machine.log == ["load words"]


def test_whether_all_fit_together() -> None:
    memory = _Memory({"memory": 10, "gpu": 4})
    assert do_they_fit([Need(6), Need(4), Need(4, pool="gpu")], memory)
    assert not do_they_fit([Need(6), Need(5)], memory)
    assert not do_they_fit([Need(5, pool="gpu")], memory)
