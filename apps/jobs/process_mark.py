"""Which process it is: its number, and what tells it from a later one of the same number."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

_STATE, _STARTED = 0, 19  # of the fields behind the name in /proc/PID/stat: proc_pid_stat(5), fields 3 and 22
_ENDED = frozenset("ZXx")
#: A clock that is put right moves the moments that are reckoned from it.
_TOLERATED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A process. `started` is the boot and the clock tick of its start, or the moment in seconds."""

    pid: int
    started: str


def mark_of(pid: int) -> ProcessMark | None:
    """The process of that number, None where there is none, or only what is left of one that ended."""
    return _from_proc(pid) if sys.platform == "linux" else _from_psutil(pid)


def is_alive(mark: ProcessMark) -> bool:
    """Whether this very process runs."""
    now = mark_of(mark.pid)
    if now is None:
        return False
    if ":" in mark.started or ":" in now.started:
        return now == mark
    return abs(float(now.started) - float(mark.started)) < _TOLERATED_SECONDS


def _from_proc(pid: int) -> ProcessMark | None:
    try:
        told = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return _from_psutil(pid)
    fields = told.rpartition(")")[2].split()  # its name stands in brackets, and may hold anything
    if fields[_STATE] in _ENDED:
        return None
    return ProcessMark(pid, f"{boot}:{fields[_STARTED]}")


def _from_psutil(pid: int) -> ProcessMark | None:
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return ProcessMark(pid, f"{process.create_time():.2f}")
    except psutil.Error:
        return None
