"""A store's folder gets another name, and nobody who has it open is left with the old one."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from ingest.errors import CollectionNotFound, StoreError
from ingest.store.connection import folder_in_words, in_words, open_file
from ingest.store.layout import StoreLayout, sync_folder

#: Whoever has it open keeps it open: there is nothing to wait for but the end of a single call.
_SECONDS = 0.5


def move_store(folder: Path, target: Path) -> None:
    """Rename a store's folder, in one step, to a name in the same folder.

    Raises CollectionNotFound; StoreError where anybody, this process included, has the store open, where the
    new name is taken, or the folder may not be renamed. Then nothing has changed.
    """
    layout = StoreLayout(folder)
    if not layout.database.is_file():
        raise CollectionNotFound(f"There is no collection '{layout.name}' in {folder.parent}.")
    with in_words(layout), closing(open_file(layout.database, "mode=rw", ())) as connection:
        connection.execute(f"PRAGMA busy_timeout = {int(_SECONDS * 1000)}")
        _take_alone(connection, layout)
        if sys.platform == "win32":
            connection.close()  # there a folder with an open file keeps its name
        _rename(layout, target)


def _take_alone(connection: sqlite3.Connection, layout: StoreLayout) -> None:
    """Lock the file against everybody: whoever has it open holds a lock of his own, also while he rests."""
    try:
        # Before the first read: then SQLite asks for the lock on the whole file, and for no shared memory
        # (https://www.sqlite.org/wal.html, "Use of WAL Without Shared-Memory").
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        raise StoreError(
            f"The collection '{layout.name}' is open elsewhere: in another page, a chat or a command. "
            "Close it there, then give it its new name."
        ) from error


def _rename(layout: StoreLayout, target: Path) -> None:
    taken = StoreError(f"A collection '{target.name}' exists already. Choose another name.")
    with folder_in_words(layout):
        if target.exists() and not _is_same(layout.folder, target):
            raise taken
        try:
            os.rename(layout.folder, target)  # noqa: PTH104 - as it stands in POSIX: onto an empty folder, or not
        except OSError as error:
            if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
                raise taken from error
            raise
        sync_folder(target.parent)


def _is_same(folder: Path, target: Path) -> bool:
    """Where letter case does not matter, another spelling is the same folder."""
    return folder.name != target.name and folder.samefile(target)
