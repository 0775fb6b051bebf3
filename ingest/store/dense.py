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
from ingest.store.records import ChunkRange
from ingest.store.schema import read_generation
from ingest.store.vector_file import BaseRecord, UnusableBaseError, fill_base, read_base, read_record
from ingest.store.vectors import VECTOR_DTYPE, Base, Ids, VectorIndex, rewrite_pays

_LOGGER = logging.getLogger(__name__)

_BATCH = 4096


class DenseSearch:
    """The vectors of one store, loaded when first asked for and caught up before each search.

    Not safe for several threads at once: the store calls it under its reading lock. What it
    returns is immutable and needs no lock.
    """

    def __init__(self, layout: StoreLayout, dimension: int) -> None:
        self._layout = layout
        self._dimension = dimension
        self._index: VectorIndex | None = None
        self._unwritten: tuple[int, Base] | None = None

    def current(self, connection: sqlite3.Connection) -> VectorIndex:
        """The index as of the connection's read transaction."""
        generation = read_generation(connection)
        if self._index is None:
            self._index = VectorIndex.starting_from(self._first_base(connection, generation), self._dimension)
        if self._index.generation != generation:
            self._index = self._index.advanced(
                generation, chunk_ranges(connection), lambda ids: self._read_some(connection, ids)
            )
        return self._index

    def take_unwritten(self) -> tuple[int, Base] | None:
        """A generation and its base that loading made and that should be written, once."""
        unwritten, self._unwritten = self._unwritten, None
        return unwritten

    def rewritten(self, connection: sqlite3.Connection) -> tuple[int, Base] | None:
        """The current generation and a base that holds all of it, or None if a new one would not pay."""
        if not _rewrite_is_due(read_record(connection), chunk_ranges(connection)):
            return None
        return read_generation(connection), self._build(connection)

    def _first_base(self, connection: sqlite3.Connection, generation: int) -> Base | None:
        record = read_record(connection)
        if not _rewrite_is_due(record, chunk_ranges(connection)):
            if record is None:
                return None
            try:
                return read_base(self._layout, record, self._dimension)
            except UnusableBaseError as error:
                file = self._layout.vectors(record.generation)
                _LOGGER.warning("Rebuilding %s from the database: %s.", file, error)
        base = self._build(connection)
        self._unwritten = generation, base
        return base

    def _build(self, connection: sqlite3.Connection) -> Base:
        return fill_base(self._dimension, self._read_all(connection))

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
