"""The first Ctrl-C ends a wait for other models' memory, in words."""

from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.cli.boundary import INTERRUPTED, failure_of
from apps.cli.interruption import Interruption
from machine import MemoryBroker, Need, Pool, Residence, WaitStopped, never
from machine.waiting import stops_waiting

_SOON_SECONDS = 60.0


class _RoomForOne:
    def capacity_bytes(self, pool: Pool) -> int:
        return 10

    def free_bytes(self, pool: Pool) -> int:
        return 10


def _residence(broker: MemoryBroker, name: str) -> Residence[str]:
    return broker.residence(name, name, lambda: [Need(8)], lambda: name, lambda _: None)


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_the_first_ctrl_c_ends_a_wait_for_memory() -> None:
    broker = MemoryBroker(_RoomForOne())
    large, other = _residence(broker, "the image model"), _residence(broker, "the voice")
    began, go_on = threading.Event(), threading.Event()
    told: list[str] = []

    def draw() -> None:
        with large.use():
            began.set()
            while not broker._waiting:
                assert not go_on.wait(0.01)
            os.kill(os.getpid(), signal.SIGINT)
            assert go_on.wait(_SOON_SECONDS)

    with ThreadPoolExecutor() as threads:
        drawing = threads.submit(draw)
        assert began.wait(_SOON_SECONDS)
        with (
            Interruption(lambda: told.append("stopping")) as interrupted,
            pytest.raises(WaitStopped, match=r"for the voice: in use is the image model") as stopped,
            other.use(),
        ):
            pass
        go_on.set()
        drawing.result(_SOON_SECONDS)
    assert interrupted()
    assert told == ["stopping"]
    failure = failure_of(stopped.value)
    assert failure is not None
    assert failure.exit_code == INTERRUPTED


def test_afterwards_it_ends_no_wait() -> None:
    with Interruption() as interrupted:
        assert not stops_waiting(never)()
        signal.raise_signal(signal.SIGINT)
        assert stops_waiting(never)()
    assert interrupted()
    assert not stops_waiting(never)()
