"""What a reading process takes away from itself before it touches a file.

Memory is limited as the kernel counts what a process may write to (RLIMIT_DATA), not by its address space
(RLIMIT_AS): onnxruntime and its like map several times what they ever use. Where the kernel does not enforce
that (macOS, Windows), the parent's watch on resident memory (`ingest.isolation.process`) stands alone.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

_OPEN_FILES = 512
_LEAST_FILE_BYTES = 1024**3
_NICENESS = 10
_PR_SET_PDEATHSIG = 1


def limit_this_process(memory_bytes: int, file_bytes: int, parent: int) -> None:
    """Set this process's limits, for good: also for the programs that it starts.

    It ignores Ctrl-C, which is its parent's to answer, and on Linux it ends when the parent does.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        return
    if sys.platform == "linux":
        _end_with(parent)
    import resource

    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_FSIZE, max(file_bytes, _LEAST_FILE_BYTES)),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        hard = resource.getrlimit(kind)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(OSError, ValueError):  # a system that knows no such limit
            resource.setrlimit(kind, (value, value))
    with suppress(OSError):
        os.nice(_NICENESS)


def _end_with(parent: int) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it went before it was asked for
        os._exit(1)
