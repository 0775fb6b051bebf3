"""Equal calls are made once: what came of each is kept under all that decides it."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

_LOGGER = logging.getLogger(__name__)
_FILE = "evaluation-calls.sqlite3"

_Value = TypeVar("_Value")


class CallCache:
    """Values by key in one SQLite file in the cache folder; safe to delete.

    A file that cannot be read or written is no trouble: the call is made. Several processes may share it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE

    def get(self, key: str, kind: type[_Value]) -> _Value | None:
        """What an equal call came to; None where there was none."""
        from pydantic import TypeAdapter, ValidationError

        try:
            if not self._file.is_file():
                return None
            with closing(self._connect()) as connection:
                row = connection.execute("SELECT value FROM call WHERE key = ?", (key,)).fetchone()
            return None if row is None else TypeAdapter(kind).validate_json(row[0])
        except (sqlite3.Error, OSError, ValidationError) as error:
            _LOGGER.warning("%s is not used: %s", self._file, error)
            return None

    def put(self, key: str, value: object) -> None:
        """Keep what a call came to."""
        from pydantic import TypeAdapter

        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection, connection:
                connection.execute(
                    "INSERT OR REPLACE INTO call (key, value) VALUES (?, ?)",
                    (key, TypeAdapter(type(value)).dump_json(value)),
                )
        except (sqlite3.Error, OSError) as error:
            _LOGGER.warning("%s is not written: %s", self._file, error)

    def made(self, key: str, kind: type[_Value], call: Callable[[], _Value]) -> tuple[_Value, bool]:
        """The call's value, and whether an earlier, equal one had made it."""
        found = self.get(key, kind)
        if found is not None:
            return found, True
        value = call()
        self.put(key, value)
        return value, False

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=30.0)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS call (key TEXT PRIMARY KEY, value BLOB NOT NULL)")
        return connection


class NoCache(CallCache):
    """Every call is made, and none is kept."""

    def __init__(self) -> None:
        super().__init__(Path())

    def get(self, key: str, kind: type[_Value]) -> _Value | None:
        del key, kind
        return None

    def put(self, key: str, value: object) -> None:
        """Nothing is kept."""


def call_key(facts: str, *parts: object) -> str:
    """A key of the system's facts (their fingerprint) and the call's own parts."""
    return hashlib.sha256(json.dumps([facts, *parts], ensure_ascii=False).encode()).hexdigest()
