"""Whether a collection was changed, told from its files alone: a page asks at every click."""

from __future__ import annotations

from pathlib import Path

#: Of each file that is there: its name, identity, size, and when it and its entry in the folder were changed.
StoreState = tuple[tuple[str, int, int, int, int], ...]

_FILES = ("store.sqlite3", "store.sqlite3-wal")


def store_state(folder: Path) -> StoreState:
    """What differs once anybody, in whatever process, has changed what is in the collection.

    Opening or closing it changes nothing. Empty where there is no database, or none that can be seen.
    """
    found = []
    for name in _FILES:
        try:
            status = (folder / name).stat()
        except OSError:
            continue
        if status.st_size or name == _FILES[0]:  # an empty log comes and goes with whoever opens the store
            found.append(
                (name, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns),
            )
    return tuple(found)
