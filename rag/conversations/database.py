"""The file that chats are kept in: its tables, its connections, and its errors in words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.store.connection import BUSY_TIMEOUT_SECONDS, is_damage, is_not_writable, open_file, writing
from rag.errors import ConversationsUnusable

#: Marks an SQLite file as one of chats ("RFDC").
APPLICATION_ID = 0x52464443
#: Raised whenever an older Refdesk could not read what a newer one writes.
FORMAT_VERSION = 1

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)
_TABLES = (
    """CREATE TABLE conversation (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        collection TEXT NOT NULL,
        began TEXT NOT NULL,
        changed TEXT NOT NULL)""",
    "CREATE INDEX conversation_changed ON conversation (changed)",
    """CREATE TABLE turn (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation_id TEXT NOT NULL REFERENCES conversation ON DELETE CASCADE,
        number INTEGER NOT NULL,
        asked TEXT NOT NULL,
        question TEXT NOT NULL,
        searched TEXT,
        text TEXT NOT NULL,
        short_answer TEXT,
        refused INTEGER NOT NULL,
        refusal TEXT,
        finish TEXT NOT NULL,
        engine TEXT NOT NULL,
        details TEXT NOT NULL,
        UNIQUE (conversation_id, number))""",
    """CREATE VIRTUAL TABLE turn_words USING fts5 (
        question, text,
        content = 'turn', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER turn_added AFTER INSERT ON turn BEGIN
        INSERT INTO turn_words (rowid, question, text) VALUES (new.id, new.question, new.text);
    END""",
    """CREATE TRIGGER turn_removed AFTER DELETE ON turn BEGIN
        INSERT INTO turn_words (turn_words, rowid, question, text)
        VALUES ('delete', old.id, old.question, old.text);
    END""",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT_VERSION}",
)


@contextmanager
def opened(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection for one operation. With `create`, the file is made if it is not there.

    Raises ConversationsUnusable, also for what SQLite says while the connection is used.
    """
    with _in_words(path):
        if create:
            _make(path)
        connection = open_file(path, "mode=rw", _PRAGMAS)
        try:
            _make_tables(connection)
            _refuse_others(path, connection)
            yield connection
        finally:
            connection.close()


def forget_deleted(connection: sqlite3.Connection) -> None:
    """Take what was deleted out of the word index and the log, too.

    The index only marks words as deleted until it is written anew. Where another process reads just now, the
    log is emptied later.
    """
    connection.execute("INSERT INTO turn_words (turn_words) VALUES ('rebuild')")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _make(path: Path) -> None:
    """An empty file that its owner alone may read: what people ask is nobody else's business."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _make_tables(connection: sqlite3.Connection) -> None:
    """In one transaction, by whichever process comes first. A file with tables is left as it is."""
    if _tables(connection):
        return
    with writing(connection):
        if not _tables(connection):
            for statement in _TABLES:
                connection.execute(statement)


def _tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])


def _refuse_others(path: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise ConversationsUnusable(
            f"{path} is a database of another program. Move it away; chats are then kept in a new one."
        )
    if version != FORMAT_VERSION:
        raise ConversationsUnusable(
            f"{path} was written by another version of Refdesk (format {version}; this one reads "
            f"{FORMAT_VERSION}). Use that version, or move the file away to begin a new one."
        )


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(path, error) from error
    except OSError as error:
        raise ConversationsUnusable(
            f"Chats cannot be kept in {path} ({error.strerror or error}). Check that its folder is there and "
            "may be written, or move the data home with REFDESK_HOME."
        ) from error


def _translated(path: Path, error: sqlite3.Error) -> ConversationsUnusable:
    if is_damage(error):
        return damaged(path, str(error))
    if is_not_writable(error):
        return ConversationsUnusable(
            f"Chats cannot be kept in {path} ({error}): check its permissions and those of its folder."
        )
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return ConversationsUnusable(
            f"Another process has been writing to {path} for over {BUSY_TIMEOUT_SECONDS:g} seconds. "
            "Nothing was changed; try again when it is done."
        )
    if code == sqlite3.SQLITE_FULL:
        return ConversationsUnusable(
            f"The disk under {path} is full. What was kept before is safe; make room and go on."
        )
    return ConversationsUnusable(f"{path} refused an operation ({error}). Nothing was changed.")


def damaged(path: Path, why: str) -> ConversationsUnusable:
    """What is said of a file that is not what was written there."""
    return ConversationsUnusable(
        f"{path}, where chats are kept, is damaged ({why}). Asking goes on without it. Move it away to begin "
        "a new one, or put back a copy of it from a backup."
    )
