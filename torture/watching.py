"""A call in a child whose own children are watched: how many there were and what memory each took."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

from torture.children import Ended, call

_LEAVING_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Watched:
    """How the call ended, and the most memory (resident) that it and any child of it took.

    `left` are processes that outlived it.
    """

    ended: Ended
    seconds: float
    own_bytes: int
    child_bytes: int
    children: int
    left: tuple[int, ...]


def watched_call(work: Callable[[], Any], deadline_seconds: float) -> Watched:
    """Do the work in a child and watch what it starts."""
    sampler = _Sampler()
    started = time.perf_counter()
    ended = call(work, deadline_seconds, sampler.look)
    seconds = time.perf_counter() - started
    peaks = sampler.peaks
    return Watched(
        ended,
        seconds,
        max((peak for (_, depth), peak in peaks.items() if depth == 1), default=0),
        max((peak for (_, depth), peak in peaks.items() if depth > 1), default=0),
        sum(depth > 1 for _, depth in peaks),
        _still_there([pid for (pid, depth) in peaks if depth > 1]),
    )


class _Sampler:
    """What this process's descendants took at most, as far as `look` saw. Depth 1 is its own child."""

    def __init__(self) -> None:
        self.peaks: dict[tuple[int, int], int] = {}
        self._me = psutil.Process()

    def look(self) -> None:
        with suppress(psutil.Error):
            for child in self._me.children():
                self._note(child, 1)
                for grandchild in child.children(recursive=True):
                    self._note(grandchild, 2)

    def _note(self, process: psutil.Process, depth: int) -> None:
        with suppress(psutil.Error):
            key = process.pid, depth
            self.peaks[key] = max(self.peaks.get(key, 0), process.memory_info().rss)


def _still_there(pids: list[int]) -> tuple[int, ...]:
    deadline = time.monotonic() + _LEAVING_SECONDS
    while True:
        there = tuple(pid for pid in pids if psutil.pid_exists(pid) and not _is_zombie(pid))
        if not there or time.monotonic() > deadline:
            return there
        time.sleep(0.2)


def _is_zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True
