"""Other vectors, and perhaps other chunks, for every document, made while the old ones serve."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Self

from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.errors import StoreError
from ingest.store import documents, lexical
from ingest.store.chunks import chunk_rows, known_vectors, write_chunks
from ingest.store.connection import text_in_words
from ingest.store.database import Database
from ingest.store.identity import StoreIdentity, is_made_with, write_identity
from ingest.store.schema import advance_generation, delete_meta, read_meta, write_meta
from ingest.store.vector_file import delete_record
from ingest.store.vectors import verified_vectors
from ingest.types import Chunk

_TARGET = "reembedding"


class Reembedding:
    """One attempt, which any process may go on with. Made by `Store.reembedding`.

    Documents may be put, replaced and removed meanwhile, with the old embedder: they wait again, or no
    more. Every method raises StoreError where the attempt was abandoned or another one begun.
    """

    def __init__(self, database: Database, target: StoreIdentity) -> None:
        self._database = database
        self._target = target
        self._revisions: dict[int, int] = {}

    @classmethod
    def begin(cls, database: Database, target: StoreIdentity) -> Self:
        """Begin, or go on with what was begun; an attempt at anything else is dropped."""
        with database.write() as connection:
            database.refuse_reembedded(connection)
            if read_meta(connection, _TARGET) != target.to_json():
                _clear(connection)
                write_meta(connection, _TARGET, target.to_json())
        return cls(database, target)

    @property
    def identity(self) -> EmbedderIdentity:
        return self._target.embedder

    @property
    def splitter(self) -> str:
        return self._target.splitter

    def waiting(self) -> list[int]:
        """Ids of the documents that have no new chunks yet, or new ones of a content they no longer have."""
        with self._database.read() as connection:
            if not self._stands(connection):
                return []
            self._revisions = _waiting(connection)
        return list(self._revisions)

    def add(self, document_id: int, chunks: Sequence[Chunk], vectors: Vectors) -> bool:
        """Keep the document's new chunks, all of them, in one transaction.

        The id is one that `waiting` gave. False where the document was replaced or removed since then:
        nothing is kept of it, and `waiting` tells which it was.
        """
        revision = self._revisions.get(document_id)
        if revision is None:
            raise ValueError(f"Document {document_id} is none that `waiting` gave.")
        if [chunk.ordinal for chunk in chunks] != list(range(len(chunks))):
            raise ValueError("The chunks are not all of the document's chunks in order.")
        verified = verified_vectors(vectors, len(chunks), self.identity.dimension)
        with text_in_words(f"Document {document_id}"), self._database.write() as connection:
            if not self._stands(connection) or documents.read_revision(connection, document_id) != revision:
                return False
            document = documents.read_document(connection, document_id)
            names = () if document is None else document.names
            connection.execute("DELETE FROM next_document WHERE document_id = ?", (document_id,))
            connection.execute("INSERT INTO next_document VALUES (?, ?, 0, 0)", (document_id, revision))
            written = write_chunks(connection, document_id, chunk_rows(names, chunks, verified), "next_")
            connection.execute(
                "UPDATE next_document SET first_chunk = ?, chunk_count = ? WHERE document_id = ?",
                (written.first, written.end - written.first, document_id),
            )
        return True

    def known_vectors(self, digests: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The new vectors of those texts that have one already. See `Store.known_vectors`."""
        with self._database.read() as connection:
            if not self._stands(connection):
                return {}
            tables = ["next_embedding"]
            if self._database.identity.embedder == self.identity:  # only the chunks are to be others
                self._database.refuse_reembedded(connection)
                tables.append("embedding")
            found: dict[bytes, Vectors] = {}
            for table in tables:
                missing = [digest for digest in digests if digest not in found]
                found |= known_vectors(connection, table, missing, self.identity.dimension)
        return found

    def complete(self) -> bool:
        """Put the new in the place of the old, in one transaction; False where documents still wait.

        From then on every open `Store`, the one this was made from included, refuses to mix old vectors
        with new ones, and is to be opened again.
        """
        with self._database.write() as connection:
            if not self._stands(connection):
                return True  # another process was quicker
            if _waiting(connection):
                return False
            for table in ("embedding", "chunk"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant
            for table in ("chunk", "embedding"):
                connection.execute(f"INSERT INTO {table} SELECT * FROM next_{table}")  # noqa: S608 - a constant
            connection.execute(
                """UPDATE document SET (first_chunk, chunk_count) = (SELECT next.first_chunk, next.chunk_count
                   FROM next_document AS next WHERE next.document_id = document.id)"""
            )
            _clear(connection)
            delete_record(connection)
            write_identity(connection, self._target)
            lexical.rebuild_index(connection)
            advance_generation(connection)
        return True

    def abandon(self) -> None:
        """Forget what was made so far; the store stays as it is."""
        with self._database.write() as connection:
            if self._stands(connection):
                _clear(connection)

    def _stands(self, connection: sqlite3.Connection) -> bool:
        """Whether there is still something to do; False where the store is already what it should become."""
        if read_meta(connection, _TARGET) == self._target.to_json():
            return True
        if is_made_with(connection, self._target):
            return False
        raise StoreError(
            f"This re-embedding of '{self._database.layout.name}' was abandoned, or another one begun, by "
            "another process. The collection serves as before; begin again once that one is done."
        )


def read_target(connection: sqlite3.Connection) -> StoreIdentity | None:
    """What the store is being re-embedded for, if it is."""
    value = read_meta(connection, _TARGET)
    return None if value is None else StoreIdentity.from_json(str(value))


def _waiting(connection: sqlite3.Connection) -> dict[int, int]:
    """Revisions of the documents that wait, by their ids."""
    rows = connection.execute(
        """SELECT document.id, document.revision
           FROM document LEFT JOIN next_document AS next ON next.document_id = document.id
           WHERE next.revision IS NOT document.revision ORDER BY document.id"""
    )
    return {int(document_id): int(revision) for document_id, revision in rows}


def _clear(connection: sqlite3.Connection) -> None:
    for table in ("next_embedding", "next_chunk", "next_document"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant
    delete_meta(connection, _TARGET)
