"""How a reading process comes to be, and which of this one's environment it gets: no secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path

_COMMAND = (sys.executable, "-P", "-X", "faulthandler", "-m", "ingest.isolation.child")
_PIPE_BYTES = 16_384  # as the kernel is asked for: what a child may say before anybody listens
_F_SETPIPE_SZ = 1031

_KEPT = frozenset(
    "PATH HOME USER LOGNAME LANG LANGUAGE TZ LD_LIBRARY_PATH DYLD_LIBRARY_PATH REFDESK_HOME PYTHONHOME "
    "PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX XDG_CACHE_HOME XDG_RUNTIME_DIR SYSTEMROOT SYSTEMDRIVE "
    "WINDIR COMSPEC PATHEXT USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA PROGRAMFILES".split()
)
_THREAD_COUNTS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_INSTALLED = frozenset({"site-packages", "dist-packages"})


def started(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """A new reading process with three pipes, in a session of its own, so that Ctrl-C is this one's alone."""
    # On Linux a child can be told to end with its parent, which to the kernel means the thread that started
    # it. Whoever reads may be a thread that ends before the reader does, so one thread starts them all.
    if sys.platform != "linux":
        return _popen(environment)
    process = _starter(os.getpid()).submit(_popen, environment).result()
    if process.stdout is not None:
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(process.stdout, _F_SETPIPE_SZ, _PIPE_BYTES)
    return process


def reading_environment(threads: int, python_path: Sequence[Path] = ()) -> dict[str, str]:
    """The variables of a reading process whose libraries may use that many threads each.

    `python_path` names folders it may import from besides those that this interpreter always knows.
    """
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("LC_")}
    root = Path(__file__).resolve().parents[2]
    # In an installed copy that folder is found anyway, and must not stand before the standard library.
    own = [] if root.name in _INSTALLED else [str(root)]
    paths = [*own, *map(str, python_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **kept,
        **dict.fromkeys(_THREAD_COUNTS, str(threads)),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUTF8": str(sys.flags.utf8_mode),  # names of files must mean the same on both sides
        "PYTHONUNBUFFERED": "1",  # so that last words are not lost
        "MALLOC_ARENA_MAX": "2",  # glibc would keep one for each thread, and memory is limited
        "HF_HUB_OFFLINE": "1",
    }


@cache
def _starter(_process: int) -> ThreadPoolExecutor:
    """One for each process: a fork does not take its parent's threads along."""
    return ThreadPoolExecutor(1, thread_name_prefix="reading-process-starter")


def _popen(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    creation_flags = 0
    if sys.platform == "win32":
        creation_flags = subprocess.CREATE_NEW_PROCESS_GROUP
    return subprocess.Popen(  # noqa: S603 - this interpreter and a module of ours
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=sys.platform != "win32",
        creationflags=creation_flags,
    )
