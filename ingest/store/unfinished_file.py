"""The file of unfinished readings: a cache that several processes share, and begin anew when it is spoilt."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from ingest.errors import StoreError
from ingest.store.connection import folder_in_words, in_words, is_damage, open_file, reading, writing
from ingest.store.identity import StoreIdentity, is_made_with, write_identity
from ingest.store.layout import FORMAT_VERSION, StoreLayout
from ingest.store.schema import APPLICATION_ID

_LOGGER = logging.getLogger(__name__)

_T = TypeVar("_T")

#: A reading that nobody went on with for this long is forgotten when the file is opened.
FORGOTTEN_SECONDS = 14 * 24 * 3600.0

# auto_vacuum gives the room of a finished document back; it must be said before there is any table.
# NORMAL: a power cut may take the last appends, and never leaves half of one.
_PRAGMAS = (
    "PRAGMA auto_vacuum = FULL",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -8000",
    "PRAGMA journal_size_limit = 4194304",
)

# Pages and chunks are the rows that the store itself keeps.
_TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL)",
    """CREATE TABLE reading (
        id INTEGER PRIMARY KEY,
        sha256 TEXT NOT NULL,
        reader TEXT NOT NULL,
        document TEXT NOT NULL,
        next_page INTEGER NOT NULL,
        text_length INTEGER NOT NULL,
        chunk_count INTEGER NOT NULL,
        recognised_pages INTEGER NOT NULL DEFAULT 0,
        blank_pages INTEGER NOT NULL DEFAULT 0,
        touched_at REAL NOT NULL,
        UNIQUE (sha256, reader))""",
    """CREATE TABLE loss (
        reading_id INTEGER NOT NULL REFERENCES reading ON DELETE CASCADE,
        number INTEGER NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (reading_id, number))""",
    """CREATE TABLE page (
        reading_id INTEGER NOT NULL REFERENCES reading ON DELETE CASCADE,
        number INTEGER NOT NULL,
        start INTEGER NOT NULL,
        length INTEGER NOT NULL,
        label TEXT NOT NULL,
        headings TEXT NOT NULL,
        recognised INTEGER NOT NULL,
        boxes BLOB NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (reading_id, number))""",
    """CREATE TABLE chunk (
        reading_id INTEGER NOT NULL REFERENCES reading ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        start INTEGER NOT NULL,
        end INTEGER NOT NULL,
        page_number INTEGER NOT NULL,
        page_end INTEGER NOT NULL,
        headings TEXT NOT NULL,
        text TEXT NOT NULL,
        opening TEXT NOT NULL,
        digest BLOB NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (reading_id, ordinal))""",
    "CREATE INDEX chunk_digest ON chunk (digest)",
)


class UnfinishedFile:
    """One process's hold on the file: opened when first needed, one thread at a time."""

    def __init__(self, layout: StoreLayout, identity: StoreIdentity, *, readable: bool = True) -> None:
        self.layout = layout
        self._identity = identity
        self._readable = readable
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._inode: int | None = None
        self._closed = False

    @property
    def is_there(self) -> bool:
        """Whether there is anything to look into; where nothing may be written, SQLite lets nobody look."""
        return self._readable and (self._connection is not None or self.layout.unfinished.is_file())

    def change(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Do the work in one transaction, in a file that is made where there is none.

        A damaged file is begun anew and the work done again, on an empty one.
        """
        with self._lock, self.in_words(), folder_in_words(self.layout):
            try:
                return self._changed(work)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self.begin_anew(error)
                return self._changed(work)

    def ask(self, work: Callable[[sqlite3.Connection], _T], nothing: _T) -> _T:
        """Do the reading work; `nothing` where there is no file, or one that is spoilt and now removed."""
        with self._lock, self.in_words(), folder_in_words(self.layout):
            if not self.is_there:
                return nothing
            try:
                connection = self._opened()
                with reading(connection):
                    return work(connection) if is_made_with(connection, self._identity) else nothing
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self.begin_anew(error)
                return nothing

    @contextmanager
    def held(self) -> Iterator[sqlite3.Connection | None]:
        """One moment of the file for as long as the caller works; None where there is no file.

        Damage raises sqlite3.DatabaseError, wherever it is met.
        """
        with self._lock:
            if not self.is_there:
                yield None
                return
            connection = self._opened()
            with reading(connection):
                yield connection if is_made_with(connection, self._identity) else None

    def begin_anew(self, error: sqlite3.Error) -> None:
        """Take a spoilt file away, unless another process has done so already."""
        _LOGGER.warning("%s is begun anew, because it is damaged: %s.", self.layout.unfinished, error)
        with self._lock:
            inode = self._inode
            self._disconnect()
            with suppress(FileNotFoundError):
                if inode is None or self.layout.unfinished.stat().st_ino == inode:
                    self.layout.remove_unfinished()

    @contextmanager
    def in_words(self) -> Iterator[None]:
        with in_words(self.layout, self.layout.unfinished):
            yield

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._disconnect()

    def _changed(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        connection = self._opened()
        with writing(connection):
            if not is_made_with(connection, self._identity):
                # Another process re-embedded the store and took the file over, or left it behind.
                _empty(connection, self._identity)
            return work(connection)

    def _opened(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreError(f"The collection '{self.layout.name}' was closed. Open it again.")
        if self._connection is None:
            try:
                self._connection = self._connect()
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self.begin_anew(error)
                self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        connection = open_file(self.layout.unfinished, "mode=rwc", _PRAGMAS)
        try:
            self._inode = self.layout.unfinished.stat().st_ino
            with writing(connection):
                self._make_ours(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_ours(self, connection: sqlite3.Connection) -> None:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if not tables:
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
            write_identity(connection, self._identity)
            return
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if (application, version) != (APPLICATION_ID, FORMAT_VERSION):
            raise _damage(f"it is of format {version}, not {FORMAT_VERSION}")
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise _damage(found)
        if not is_made_with(connection, self._identity):
            _empty(connection, self._identity)
        connection.execute("DELETE FROM reading WHERE touched_at < ?", (time.time() - FORGOTTEN_SECONDS,))

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):  # moving the log into a spoilt file may fail
                self._connection.close()
        self._connection = self._inode = None


def _empty(connection: sqlite3.Connection, identity: StoreIdentity) -> None:
    connection.execute("DELETE FROM reading")
    write_identity(connection, identity)


def _damage(what: str) -> sqlite3.DatabaseError:
    """What SQLite would raise, had it looked for itself."""
    error = sqlite3.DatabaseError(what)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
