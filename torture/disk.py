"""The C shim `disk.c`: compiled when first wanted, loaded before all else, told what to do from here."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from enum import IntEnum
from functools import cache
from pathlib import Path

_VARIABLE = "REFDESK_TORTURE_DISK"
_SOURCE = Path(__file__).with_name("disk.c")


class Event(IntEnum):
    """What happens at the planned call. The numbers are those of `disk.c`."""

    NOTHING = 0
    KILL_BEFORE = 1
    KILL_AFTER = 2
    NO_SPACE = 3
    BROKEN = 4
    SHORT_WRITE = 5


def start_again_with_disk() -> None:
    """Make sure that this process runs with the shim: without it, start the same command again with it."""
    if os.environ.get(_VARIABLE):
        return
    if sys.platform != "linux":
        raise SystemExit("Torture needs Linux: it puts its own disk between a process and the C library.")
    library = _compiled()
    surroundings = {**os.environ, "LD_PRELOAD": str(library), _VARIABLE: str(library)}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], surroundings)


def watch(folder: Path, log: int = -1) -> None:
    """Count this process's changes below the folder from now on, and record them to that descriptor."""
    _library().torture_watch(os.fsencode(folder.resolve()), log)


def plan(call: int, event: Event, *, forever: bool = False) -> None:
    """Let that happen at the call of this number, counted from 1, and, if asked, at all after it."""
    _library().torture_plan(call, int(event), int(forever))


def calls() -> int:
    """How many changes were counted since `watch`."""
    return int(_library().torture_calls())


def mark(text: str) -> None:
    """Put a mark between the recorded changes."""
    _library().torture_mark(os.fsencode(text))


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(os.environ[_VARIABLE])
    library.torture_watch.argtypes = [ctypes.c_char_p, ctypes.c_int]
    library.torture_plan.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_int]
    library.torture_calls.restype = ctypes.c_long
    library.torture_mark.argtypes = [ctypes.c_char_p]
    return library


def _compiled() -> Path:
    digest = hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:16]
    library = Path(tempfile.gettempdir()) / f"refdesk-torture-{os.getuid()}-{digest}.so"
    if not library.exists():
        unfinished = library.with_suffix(f".{os.getpid()}")
        compiler = shutil.which(os.environ.get("CC", "cc"))
        if compiler is None:
            raise SystemExit("Torture needs a C compiler. Install one (`apt install gcc`), or name it in CC.")
        subprocess.run(
            [compiler, "-O2", "-shared", "-fPIC", "-o", unfinished, _SOURCE, "-lpthread"], check=True
        )
        unfinished.replace(library)
    return library
