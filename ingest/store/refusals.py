"""Files that gave no document, so that none is read again unchanged. In the caller's transaction."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable

from ingest.store.records import Refusal, SourceFile


def write_refusals(connection: sqlite3.Connection, refusals: Iterable[Refusal]) -> None:
    """Note them, each in place of an earlier note of its path."""
    connection.executemany(
        """INSERT OR REPLACE INTO refusal
               (path, sha256, size_bytes, modified_ns, reading, expected, reason)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (
            (
                os.fsencode(refusal.source.path),
                refusal.source.sha256,
                refusal.source.size_bytes,
                refusal.source.modified_ns,
                refusal.reading,
                refusal.expected,
                refusal.reason.encode("utf-8", "replace").decode("utf-8"),
            )
            for refusal in refusals
        ),
    )


def read_refusals(connection: sqlite3.Connection, reading: str) -> list[Refusal]:
    """Those of files that were read in this way."""
    rows = connection.execute(
        "SELECT path, sha256, size_bytes, modified_ns, expected, reason FROM refusal WHERE reading = ?",
        (reading,),
    )
    return [
        Refusal(SourceFile(os.fsdecode(path), sha256, size, modified), reading, bool(expected), reason)
        for path, sha256, size, modified, expected, reason in rows
    ]


def forget_refusals(connection: sqlite3.Connection, paths: Iterable[str]) -> None:
    connection.executemany("DELETE FROM refusal WHERE path = ?", ((os.fsencode(path),) for path in paths))
