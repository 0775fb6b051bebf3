"""Temporary folders that do not outlive their process for long, however it ends.

Their names carry the owner's number: refdesk-<pid>-xxxxxxxx. The first one that a process makes sweeps away
those of processes that are gone.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

_NAME = re.compile(r"refdesk-([0-9]{1,10})-\w+")
#: By so much a process's start, as the system tells it, may be off.
_CLOCK_SECONDS = 2.0


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new empty folder where temporary files belong. It goes when the context ends, with all in it."""
    place = tempfile.gettempdir()
    _sweep_once(place, os.getpid())
    folder = Path(tempfile.mkdtemp(prefix=f"refdesk-{os.getpid()}-", dir=place))
    try:
        with _held(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(place: Path) -> None:
    """Remove the scratch folders in this place whose owners are gone. What cannot be removed stays."""
    with suppress(OSError), os.scandir(place) as entries:
        for entry in entries:
            found = _NAME.fullmatch(entry.name)
            if found is None:
                continue
            with suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if _is_own_folder(status) and _is_gone(int(found[1]), status.st_mtime):
                    _remove_unheld(Path(entry.path))


@cache
def _sweep_once(place: str, _process: int) -> None:
    """Once for each place and process: a fork is another."""
    sweep(Path(place))


def _is_own_folder(status: os.stat_result) -> bool:
    # Others may lay folders of such a name where everybody may write.
    return stat.S_ISDIR(status.st_mode) and (sys.platform == "win32" or status.st_uid == os.geteuid())


def _is_gone(owner: int, changed_at: float) -> bool:
    """Whether no process has that number, or only one that began after the folder was last changed."""
    import psutil

    try:
        began_at: float = psutil.Process(owner).create_time()
    except psutil.NoSuchProcess:
        return True
    except (psutil.Error, OverflowError):
        return False
    return began_at > changed_at + _CLOCK_SECONDS


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the folder, so that nobody sweeps it away who cannot see this process or reads another clock.

    Containers may share a folder for temporary files, and number their processes each on their own.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _remove_unheld(folder: Path) -> None:
    if sys.platform != "win32":
        import fcntl

        handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        except OSError:
            pass  # a file system without locks: the number has to do
        finally:
            os.close(handle)
    shutil.rmtree(folder, ignore_errors=True)
