"""What the database remembers of a file that is derived from it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from ingest.store.records import ChunkRange
from ingest.store.schema import delete_meta, read_meta, write_meta


@dataclass(frozen=True, slots=True)
class FileRecord:
    """The one file to use. Any other is not believed."""

    generation: int
    sha256: str
    count: int
    last_id: int
    """The highest chunk id in it: whatever is above was added since."""

    def changes(self, ranges: Sequence[ChunkRange]) -> int:
        """How many chunks have come or gone since, where those of the ranges are there now."""
        total = sum(part.end - part.first for part in ranges)
        added = sum(max(0, part.end - max(part.first, self.last_id + 1)) for part in ranges)
        return added + self.count - (total - added)


def read_record(connection: sqlite3.Connection, name: str) -> FileRecord | None:
    """The record kept under that name, or None if there is no file to use."""
    value = read_meta(connection, name)
    return None if value is None else FileRecord(**json.loads(str(value)))


def write_record(connection: sqlite3.Connection, name: str, record: FileRecord) -> None:
    write_meta(connection, name, json.dumps(asdict(record)))


def delete_record(connection: sqlite3.Connection, name: str) -> None:
    """Have the file, if there is one, used by nobody who asks from now on."""
    delete_meta(connection, name)
