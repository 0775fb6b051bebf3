"""The base on disk: written whole or not at all, and believed only as far as it is what was recorded.

It is one file of vectors (`vector_rows`) and, where there are many, one more with an index of them
(`quantised`). The database records both at once, after both have their names.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from ingest.embedding.protocol import Vectors
from ingest.errors import StoreError
from ingest.store.database import Database
from ingest.store.layout import StoreLayout, sync_folder
from ingest.store.quantised import (
    SearchPlan,
    check_quantised,
    open_quantised,
    quantise,
    write_quantised,
)
from ingest.store.schema import delete_meta, read_meta, write_meta
from ingest.store.vector_rows import Ids, RowsRecord, open_rows, rows_in_memory, write_rows
from ingest.store.vectors import Base

_RECORD = "vector_files"

_LOGGER = logging.getLogger(__name__)

#: What a failed write raises: FAISS knows only RuntimeError.
WRITE_ERRORS = (OSError, RuntimeError)


@dataclass(frozen=True, slots=True)
class BaseRecord:
    """What the database knows of the vector files."""

    generation: int
    count: int
    last_id: int
    """The highest chunk id in them: whatever is above was added since."""
    rows_sha256: str
    """Of what follows the vectors, which seals them."""
    index_sha256: str | None
    """None: too few vectors for an index."""

    @property
    def rows(self) -> RowsRecord:
        return RowsRecord(self.count, self.last_id, self.rows_sha256)


@dataclass(frozen=True, slots=True)
class WrittenBase:
    """A base whose files are durable and wait for their names. `base` is to be searched meanwhile."""

    base: Base
    record: BaseRecord
    unfinished_rows: Path
    unfinished_index: Path | None

    def discard(self) -> None:
        """Remove what got no name."""
        self.unfinished_rows.unlink(missing_ok=True)
        if self.unfinished_index is not None:
            self.unfinished_index.unlink(missing_ok=True)


def read_record(connection: sqlite3.Connection) -> BaseRecord | None:
    """The record of the vector files, or None if there are none to use."""
    value = read_meta(connection, _RECORD)
    return None if value is None else BaseRecord(**json.loads(str(value)))


def write_record(connection: sqlite3.Connection, record: BaseRecord) -> None:
    write_meta(connection, _RECORD, json.dumps(asdict(record)))


def delete_record(connection: sqlite3.Connection) -> None:
    """Have the vector files, if there are any, used by nobody who opens the store from now on."""
    delete_meta(connection, _RECORD)


def base_in_memory(dimension: int, batches: Iterable[tuple[Ids, Vectors]], plan: SearchPlan) -> Base:
    """A base of these vectors, ascending by id, where no file can be written: all are scored, always."""
    return Base(rows_in_memory(dimension, batches), None, plan)


def write_base(
    layout: StoreLayout,
    generation: int,
    dimension: int,
    batches: Iterable[tuple[Ids, Vectors]],
    plan: SearchPlan,
) -> WrittenBase:
    """Write these vectors, ascending by id, beside their place; `name_base` then puts them there.

    Holds a batch and the index's own size in memory, not the vectors. Raises OSError or RuntimeError, and
    leaves nothing behind then.
    """
    unfinished = layout.vector_rows.unfinished(generation)
    unfinished_index = layout.vector_index.unfinished(generation)
    try:
        with _durably(unfinished) as file:
            rows_record = write_rows(file, dimension, batches)
        rows = open_rows(unfinished, rows_record, dimension)
        quantised, index_sha256 = None, None
        if rows_record.count > plan.exact_maximum:
            with _durably(unfinished_index) as file:
                index_sha256 = write_quantised(file.write, quantise(rows.vectors, plan))
            shape = (rows_record.count, dimension)
            quantised = open_quantised(unfinished_index, index_sha256, shape, plan)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        unfinished_index.unlink(missing_ok=True)
        raise
    record = BaseRecord(generation, rows_record.count, rows_record.last_id, rows_record.sha256, index_sha256)
    return WrittenBase(
        Base(rows, quantised, plan), record, unfinished, None if quantised is None else unfinished_index
    )


def name_base(layout: StoreLayout, written: WrittenBase) -> None:
    """Give the written files their names, for good."""
    generation = written.record.generation
    written.unfinished_rows.replace(layout.vector_rows.named(generation))
    if written.unfinished_index is not None:
        written.unfinished_index.replace(layout.vector_index.named(generation))
    sync_folder(layout.folder)


def open_base(layout: StoreLayout, record: BaseRecord, dimension: int, plan: SearchPlan) -> Base:
    """The base, mapped, as far as it was checked. Raises UnusableBaseError, and so may its `search`."""
    rows = open_rows(layout.vector_rows.named(record.generation), record.rows, dimension)
    if record.index_sha256 is None:
        return Base(rows, None, plan)
    file, shape = layout.vector_index.named(record.generation), (record.count, dimension)
    return Base(rows, open_quantised(file, record.index_sha256, shape, plan), plan)


def check_base(layout: StoreLayout, record: BaseRecord, dimension: int) -> None:
    """Read all of it. Raises UnusableBaseError unless it is what was recorded."""
    open_rows(layout.vector_rows.named(record.generation), record.rows, dimension).check()
    if record.index_sha256 is not None:
        check_quantised(layout.vector_index.named(record.generation), record.index_sha256)


def publish_base(database: Database, written: WrittenBase) -> None:
    """Make the written base the recorded one, unless another process recorded a newer one.

    A failure is logged, not raised: the files are a cache, and the next opening tries again.
    """
    layout, generation = database.layout, written.record.generation
    try:
        try:
            with database.write() as connection:
                database.refuse_reembedded(connection)
                recorded = read_record(connection)
                if recorded is None or recorded.generation <= generation:
                    name_base(layout, written)
                    write_record(connection, written.record)
            for files in (layout.vector_rows, layout.vector_index):
                files.remove_old(generation)
        finally:
            written.discard()
    except (OSError, StoreError) as error:
        log_unwritten(layout, error)


def log_unwritten(layout: StoreLayout, error: Exception) -> None:
    """Warn that the vector files could not be written: only the next opening is slower for it."""
    _LOGGER.warning("The vector file of %s was not written: %s", layout.folder, error)


@contextmanager
def _durably(path: Path) -> Iterator[BinaryIO]:
    """A new file, on the disk when the block ends."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
