"""Archives as rows: files that are no documents, but hold some. Each runs in its caller's transaction."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable

from ingest.store.records import SourceFile

_SEPARATOR = re.compile(b"[/" + re.escape(os.sep.encode()) + b"]")


def write_archive(connection: sqlite3.Connection, archive: SourceFile) -> None:
    """Note the archive as it was when its members were read, in place of an earlier note."""
    connection.execute(
        "INSERT OR REPLACE INTO archive (path, sha256, size_bytes, modified_ns) VALUES (?, ?, ?, ?)",
        (os.fsencode(archive.path), archive.sha256, archive.size_bytes, archive.modified_ns),
    )


def archives(connection: sqlite3.Connection) -> list[SourceFile]:
    """Every archive, in the order of their paths."""
    rows = connection.execute("SELECT path, sha256, size_bytes, modified_ns FROM archive ORDER BY path")
    return [SourceFile(os.fsdecode(path), *rest) for path, *rest in rows]


def forget_archives(connection: sqlite3.Connection, paths: Iterable[str], members: Iterable[str]) -> None:
    """Forget the archives of these paths, and those that hold one of these members.

    An archive one of whose members was taken out is to be read again when it is met again.
    """
    forgotten = {os.fsencode(path) for path in paths}
    for member in map(os.fsencode, members):
        forgotten.update(member[: separator.start()] for separator in _SEPARATOR.finditer(member))
    connection.executemany("DELETE FROM archive WHERE path = ?", ((path,) for path in forgotten))
