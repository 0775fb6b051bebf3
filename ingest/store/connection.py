"""Connections to the store's database, its transactions, and SQLite's errors in words."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from ingest.errors import StoreDamaged, StoreError, StoreFull
from ingest.store.layout import StoreLayout

#: How long to wait for another process that is writing.
BUSY_TIMEOUT_SECONDS = 30.0

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -32000",
    "PRAGMA journal_size_limit = 67108864",
)

#: An extended result code's low byte is its primary one (https://www.sqlite.org/rescode.html).
_PRIMARY_CODE = 0xFF


def connect(layout: StoreLayout, *, create: bool = False) -> sqlite3.Connection:
    """A connection any thread may use, one at a time. Without `create`, a missing file is an error."""
    mode = "rwc" if create else "rw"
    connection = sqlite3.connect(
        f"{layout.database.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """One moment of the store: every statement inside sees the same state."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: on any exception, Ctrl-C included, nothing inside has happened."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:  # a full disk makes SQLite roll back by itself
            connection.execute("ROLLBACK")


@contextmanager
def in_words(layout: StoreLayout) -> Iterator[None]:
    """Turn SQLite's errors into this package's: what happened, which file, what to do now."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, layout) from error


@contextmanager
def folder_in_words(layout: StoreLayout) -> Iterator[None]:
    """The same for errors of the file system."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(layout) from error
        raise StoreError(
            f"The folder {layout.folder} cannot be used ({error.strerror}). "
            "Check that it is a folder you may write to, or move the data home with REFDESK_HOME."
        ) from error


def _translated(error: sqlite3.Error, layout: StoreLayout) -> StoreError:
    match getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE:
        case sqlite3.SQLITE_FULL:
            return _full(layout)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreDamaged(
                f"{layout.database} is damaged ({error}). Move it away, then ingest the documents again "
                f"into a new collection, or put back a copy of it from a backup."
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreError(
                f"Another process has been writing to the collection '{layout.name}' for over "
                f"{BUSY_TIMEOUT_SECONDS:g} seconds. Nothing was changed; try again when it is done."
            )
        case sqlite3.SQLITE_PERM | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN:
            return StoreError(
                f"{layout.database} cannot be opened for writing ({error}). Refdesk needs to write to the "
                f"folder {layout.folder} even when it only searches: check its permissions and whether it "
                "lies on a read-only disk, or copy the collection elsewhere and point REFDESK_HOME there."
            )
        case sqlite3.SQLITE_IOERR:
            return StoreError(
                f"The disk under {layout.database} failed ({error}). Nothing acknowledged before is lost "
                "as far as the disk kept it; check the disk, then `refdesk doctor`."
            )
        case _:
            return StoreError(f"{layout.database} refused an operation ({error}). Nothing was changed.")


def _full(layout: StoreLayout) -> StoreFull:
    return StoreFull(
        f"The disk under {layout.folder} is full (or its quota is). Nothing half-written was kept and what "
        "was ingested before is safe: make room, then run the same command again."
    )
