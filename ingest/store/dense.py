"""Keeps an index of vectors level with the rows, whoever changes them."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ingest.embedding.protocol import Vectors
from ingest.errors import StoreDamaged
from ingest.store.chunks import chunk_ranges
from ingest.store.layout import StoreLayout
from ingest.store.quantised import SearchPlan
from ingest.store.records import ChunkRange
from ingest.store.schema import read_generation
from ingest.store.vector_file import (
    WRITE_ERRORS,
    BaseRecord,
    WrittenBase,
    base_in_memory,
    log_unwritten,
    open_base,
    read_record,
    write_base,
)
from ingest.store.vector_rows import VECTOR_DTYPE, Ids, UnusableBaseError
from ingest.store.vectors import Base, VectorIndex, rewrite_pays

_LOGGER = logging.getLogger(__name__)

_BATCH = 4096

#: How every store is searched.
PLAN = SearchPlan()


class DenseSearch:
    """The vectors of one store, opened when first asked for and caught up before each search.

    Not safe for several threads at once: the store calls it under its reading lock. What it
    returns is immutable and needs no lock.
    """

    def __init__(self, layout: StoreLayout, dimension: int, *, writable: bool) -> None:
        self._layout = layout
        self._dimension = dimension
        self._writable = writable
        self._plan = PLAN
        self._index: VectorIndex | None = None
        self._from = -1
        """The generation up to which what is recorded is known."""
        self._written: WrittenBase | None = None

    def current(self, connection: sqlite3.Connection) -> VectorIndex:
        """The index as of the connection's read transaction."""
        generation = read_generation(connection)
        if self._index is None:
            self._index = VectorIndex.starting_from(self._first_base(connection, generation), self._dimension)
            self._from = generation
        elif (newer := self._newer_base(connection)) is not None:
            self._index = VectorIndex.starting_from(newer, self._dimension)
        return self._caught_up(connection, generation, self._index)

    def rebuilt(
        self, connection: sqlite3.Connection, failed: VectorIndex, error: UnusableBaseError
    ) -> VectorIndex:
        """The index as of the connection's read transaction, without the base of one that failed."""
        generation = read_generation(connection)
        if self._index is None or self._index.base is failed.base:  # else another thread was quicker
            _log_rebuilding(error)
            self._index = VectorIndex.starting_from(self._build(connection, generation), self._dimension)
        return self._caught_up(connection, generation, self._index)

    def take_written(self) -> WrittenBase | None:
        """A base that opening made and that is to be published, once."""
        written, self._written = self._written, None
        return written

    def rewritten(self, connection: sqlite3.Connection) -> WrittenBase | None:
        """A base that holds all of the current generation, to be published; None if a new one would not pay.

        Raises OSError or RuntimeError where it cannot be written.
        """
        if not _rewrite_is_due(read_record(connection), chunk_ranges(connection)):
            return None
        return self._write(connection, read_generation(connection))

    def _caught_up(self, connection: sqlite3.Connection, generation: int, index: VectorIndex) -> VectorIndex:
        if index.generation != generation:
            index = index.advanced(
                generation, chunk_ranges(connection), lambda ids: self._read_some(connection, ids)
            )
        self._index = index
        return index

    def _newer_base(self, connection: sqlite3.Connection) -> Base | None:
        """What was written since, by this process or another: what was added meanwhile is in it."""
        record = read_record(connection)
        if record is None or record.generation <= self._from:
            return None
        self._from = record.generation
        try:
            return open_base(self._layout, record, self._dimension, self._plan)
        except UnusableBaseError as error:
            _LOGGER.warning("%s; what was there before is searched on.", error)
            return None

    def _first_base(self, connection: sqlite3.Connection, generation: int) -> Base | None:
        record = read_record(connection)
        if not _rewrite_is_due(record, chunk_ranges(connection)):
            if record is None:
                return None
            try:
                return open_base(self._layout, record, self._dimension, self._plan)
            except UnusableBaseError as error:
                _log_rebuilding(error)
        return self._build(connection, generation)

    def _build(self, connection: sqlite3.Connection, generation: int) -> Base:
        if self._writable:
            try:
                self._written = self._write(connection, generation)
                return self._written.base
            except WRITE_ERRORS as error:
                log_unwritten(self._layout, error)
        return base_in_memory(self._dimension, self._read_all(connection), self._plan)

    def _write(self, connection: sqlite3.Connection, generation: int) -> WrittenBase:
        return write_base(self._layout, generation, self._dimension, self._read_all(connection), self._plan)

    def _read_all(self, connection: sqlite3.Connection) -> Iterator[tuple[Ids, Vectors]]:
        cursor = connection.execute("SELECT chunk_id, vector FROM embedding ORDER BY chunk_id")
        while batch := cursor.fetchmany(_BATCH):
            yield self._decoded(batch)

    def _read_some(self, connection: sqlite3.Connection, ids: Ids) -> Vectors:
        """The vectors of these chunks, which come ascending."""
        found, vectors = self._decoded(
            connection.execute(
                """SELECT chunk_id, vector FROM embedding
                   WHERE chunk_id IN (SELECT value FROM json_each(?)) ORDER BY chunk_id""",
                (json.dumps(ids.tolist()),),
            )
        )
        if not np.array_equal(found, ids):
            raise self._damaged(f"{len(ids) - len(found)} chunks have no vector")
        return vectors

    def _decoded(self, embeddings: Iterable[tuple[int, bytes]]) -> tuple[Ids, Vectors]:
        pairs = list(embeddings)
        ids = np.array([chunk_id for chunk_id, _ in pairs], dtype=np.int64)
        values = np.frombuffer(b"".join(vector for _, vector in pairs), dtype=VECTOR_DTYPE)
        if values.size != len(pairs) * self._dimension:
            raise self._damaged("a vector has the wrong length")
        return ids, values.reshape(len(pairs), self._dimension)

    def _damaged(self, what: str) -> StoreDamaged:
        return StoreDamaged(
            f"{self._layout.database} contradicts itself: {what}. "
            "Ingest the documents again into a new collection: `refdesk ingest PATH -c NEW_NAME`."
        )


def _rewrite_is_due(record: BaseRecord | None, ranges: Sequence[ChunkRange]) -> bool:
    total = sum(part.end - part.first for part in ranges)
    if record is None:
        return rewrite_pays(0, total)
    added = sum(max(0, part.end - max(part.first, record.last_id + 1)) for part in ranges)
    removed = record.count - (total - added)
    return rewrite_pays(record.count, added + removed)


def _log_rebuilding(error: UnusableBaseError) -> None:
    _LOGGER.warning("Rebuilding %s from the database: %s.", error.file, error.reason)
