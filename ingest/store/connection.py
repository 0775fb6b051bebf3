"""Connections to the store's database, its transactions, and SQLite's errors in words."""

from __future__ import annotations

import errno
import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import DamagedFile, StoreDamaged, StoreError, StoreFull
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

_NOT_WRITABLE = frozenset({sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def connect(layout: StoreLayout, *, create: bool = False) -> sqlite3.Connection:
    """A connection any thread may use, one at a time. Without `create`, a missing file is an error."""
    return open_file(layout.database, f"mode={'rwc' if create else 'rw'}", _PRAGMAS)


def connect_read_only(layout: StoreLayout, *, locking: bool) -> sqlite3.Connection:
    """A connection to a store that cannot be written.

    Without `locking`, which needs files beside the database, whoever reads must see for himself
    whether it was changed meanwhile.
    """
    parameters = "mode=ro" if locking else "mode=ro&immutable=1"
    return open_file(layout.database, parameters, ("PRAGMA cache_size = -32000",))


def open_file(path: Path, parameters: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{parameters}",
        uri=True,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for pragma in pragmas:
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
def in_words(layout: StoreLayout, file: Path | None = None) -> Iterator[None]:
    """Turn SQLite's errors into this package's: what happened, which file, what to do now.

    So too where SQLite takes a value for whole that is not what was written. `file` is the one that is worked
    on, where it is not the store's own database.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, layout, file or layout.database) from error
    except (zlib.error, json.JSONDecodeError) as error:
        raise _damaged(file or layout.database, error) from error


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


@contextmanager
def text_in_words(name: str) -> Iterator[None]:
    """The same for text that is not Unicode: that is the fault of the file of this name."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise DamagedFile(
            f"{name}: its text holds half characters (lone surrogates) that no file can keep "
            f"({error.reason}). Save the file anew in UTF-8 and ingest it again."
        ) from error


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is not what SQLite wrote there."""
    return _code(error) in _DAMAGED


def is_not_writable(error: sqlite3.Error) -> bool:
    """Whether the file, or the folder it lies in, may not be written, or not even be read."""
    return _code(error) in _NOT_WRITABLE


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & _PRIMARY_CODE


def _translated(error: sqlite3.Error, layout: StoreLayout, file: Path) -> StoreError:
    match _code(error):
        case sqlite3.SQLITE_FULL:
            return _full(layout)
        case code if code in _DAMAGED:
            return _damaged(file, error)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreError(
                f"Another process has been writing to the collection '{layout.name}' for over "
                f"{BUSY_TIMEOUT_SECONDS:g} seconds. Nothing was changed; try again when it is done."
            )
        case code if code in _NOT_WRITABLE:
            return StoreError(
                f"{file} cannot be opened for writing ({error}): check its permissions, those of the "
                f"folder {layout.folder}, and whether it lies on a read-only disk, or copy the collection "
                "elsewhere and point REFDESK_HOME there."
            )
        case sqlite3.SQLITE_IOERR:
            return StoreError(
                f"The disk under {file} failed ({error}). Nothing acknowledged before is lost "
                "as far as the disk kept it; check the disk, then `refdesk doctor`."
            )
        case _:
            return StoreError(f"{file} refused an operation ({error}). Nothing was changed.")


def _damaged(file: Path, error: Exception) -> StoreDamaged:
    return StoreDamaged(
        f"{file} is damaged ({error}). Move it away, then ingest the documents again "
        f"into a new collection, or put back a copy of it from a backup."
    )


def _full(layout: StoreLayout) -> StoreFull:
    return StoreFull(
        f"The disk under {layout.folder} is full (or its quota is). Nothing half-written was kept and what "
        "was ingested before is safe: make room, then run the same command again."
    )
