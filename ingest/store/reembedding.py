"""Other vectors, and perhaps other chunks, for every document, made while the old ones serve."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Hashable, Sequence
from typing import Self

from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.errors import StoreError
from ingest.store import documents, lexical, reembedding_rows
from ingest.store.chunks import chunk_rows, known_vectors, write_chunks
from ingest.store.connection import text_in_words
from ingest.store.database import Database
from ingest.store.identity import StoreIdentity, is_made_with, write_identity
from ingest.store.records import DocumentPlace
from ingest.store.schema import advance_generation, read_meta, write_meta
from ingest.store.vector_file import delete_record
from ingest.store.vectors import verified_vectors
from ingest.types import Chunk


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
            if read_meta(connection, reembedding_rows.TARGET) != target.to_json():
                reembedding_rows.clear(connection)
                write_meta(connection, reembedding_rows.TARGET, target.to_json())
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
            self._revisions = reembedding_rows.waiting_revisions(connection)
        return list(self._revisions)

    def waiting_pages(self) -> int:
        """How many pages are not embedded anew yet."""
        with self._database.read() as connection:
            if not self._stands(connection):
                return 0
            return sum(count for _, _, count in reembedding_rows.waiting_pages(connection))

    def standing(self) -> Hashable:
        """What differs once anything was added, by any process, or a waiting document changed."""
        with self._database.read() as connection:
            return tuple(reembedding_rows.waiting_pages(connection)) if self._stands(connection) else ()

    def place(self, document_id: int) -> DocumentPlace:
        """Where to go on in a document that `waiting` gave."""
        with self._database.read() as connection:
            return reembedding_rows.read_place(connection, document_id, self._revision(document_id))

    def still_waits(self, document_id: int) -> bool:
        """Whether a document that `waiting` gave is here and holds what it held then."""
        with self._database.read() as connection:
            return documents.read_revision(connection, document_id) == self._revision(document_id)

    def append(
        self,
        document_id: int,
        at: DocumentPlace,
        to: DocumentPlace,
        chunks: Sequence[Chunk],
        vectors: Vectors,
    ) -> bool:
        """Keep the new chunks of the pages from one place to another, and go on there whoever goes on.

        The id is one that `waiting` gave. False where the document was replaced or removed since then, or
        another process went on with it: nothing is kept.
        """
        verified = self._verified(at, chunks, vectors)
        if to.chunk_count != at.chunk_count + len(chunks):
            raise ValueError("The chunks are not those between the two places.")
        revision = self._revision(document_id)
        with text_in_words(f"Document {document_id}"), self._database.write() as connection:
            if not self._goes_on(connection, document_id, revision, at):
                return False
            if at == DocumentPlace():
                connection.execute("DELETE FROM next_begun WHERE document_id = ?", (document_id,))
            connection.execute(
                """INSERT INTO next_begun VALUES (?, ?, ?, ?, ?) ON CONFLICT (document_id) DO UPDATE SET
                       next_page = excluded.next_page, text_length = excluded.text_length,
                       chunk_count = excluded.chunk_count""",
                (document_id, revision, to.next_page, to.text_length, to.chunk_count),
            )
            connection.executemany(
                "INSERT INTO next_part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (document_id, *row)
                    for row in chunk_rows(
                        reembedding_rows.read_names(connection, document_id), chunks, verified
                    )
                ),
            )
        return True

    def add(
        self,
        document_id: int,
        chunks: Sequence[Chunk],
        vectors: Vectors,
        at: DocumentPlace = DocumentPlace(),  # noqa: B008 - frozen: one default for all calls is the same
    ) -> bool:
        """Keep the document's new chunks from that place to its end: it waits no more.

        The id is one that `waiting` gave. False where the document was replaced or removed since then, or
        another process went on with it: nothing is kept, and `waiting` tells which it was.
        """
        verified = self._verified(at, chunks, vectors)
        revision = self._revision(document_id)
        with text_in_words(f"Document {document_id}"), self._database.write() as connection:
            if not self._goes_on(connection, document_id, revision, at):
                return False
            connection.execute("DELETE FROM next_document WHERE document_id = ?", (document_id,))
            connection.execute("INSERT INTO next_document VALUES (?, ?, 0, 0)", (document_id, revision))
            last = chunk_rows(reembedding_rows.read_names(connection, document_id), chunks, verified)
            earlier = reembedding_rows.read_parts(connection, document_id) if at.chunk_count else iter(())
            written = write_chunks(connection, document_id, itertools.chain(earlier, last), "next_")
            connection.execute(
                "UPDATE next_document SET first_chunk = ?, chunk_count = ? WHERE document_id = ?",
                (written.first, written.end - written.first, document_id),
            )
            connection.execute("DELETE FROM next_begun WHERE document_id = ?", (document_id,))
        return True

    def known_vectors(self, digests: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The new vectors of those texts that have one already. See `Store.known_vectors`."""
        with self._database.read() as connection:
            if not self._stands(connection):
                return {}
            tables = ["next_embedding", "next_part"]
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
            if reembedding_rows.waiting_revisions(connection):
                return False
            for table in ("embedding", "chunk"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant
            for table in ("chunk", "embedding"):
                connection.execute(f"INSERT INTO {table} SELECT * FROM next_{table}")  # noqa: S608 - a constant
            connection.execute(
                """UPDATE document SET (first_chunk, chunk_count) = (SELECT next.first_chunk, next.chunk_count
                   FROM next_document AS next WHERE next.document_id = document.id)"""
            )
            reembedding_rows.clear(connection)
            delete_record(connection)
            write_identity(connection, self._target)
            lexical.rebuild_index(connection)
            advance_generation(connection)
        return True

    def abandon(self) -> None:
        """Forget what was made so far; the store stays as it is."""
        with self._database.write() as connection:
            if self._stands(connection):
                reembedding_rows.clear(connection)

    def _revision(self, document_id: int) -> int:
        try:
            return self._revisions[document_id]
        except KeyError as error:
            raise ValueError(f"Document {document_id} is none that `waiting` gave.") from error

    def _verified(self, at: DocumentPlace, chunks: Sequence[Chunk], vectors: Vectors) -> Vectors:
        if [chunk.ordinal for chunk in chunks] != list(range(at.chunk_count, at.chunk_count + len(chunks))):
            raise ValueError("The chunks are not the document's next chunks in order.")
        return verified_vectors(vectors, len(chunks), self.identity.dimension)

    def _goes_on(
        self, connection: sqlite3.Connection, document_id: int, revision: int, at: DocumentPlace
    ) -> bool:
        """Whether the document is what it was, and stands where it is to be gone on with."""
        return (
            self._stands(connection)
            and documents.read_revision(connection, document_id) == revision
            and reembedding_rows.read_place(connection, document_id, revision) == at
        )

    def _stands(self, connection: sqlite3.Connection) -> bool:
        """Whether there is still something to do; False where the store is already what it should become."""
        if read_meta(connection, reembedding_rows.TARGET) == self._target.to_json():
            return True
        if is_made_with(connection, self._target):
            return False
        raise StoreError(
            f"This re-embedding of '{self._database.layout.name}' was abandoned, or another one begun, by "
            "another process. The collection serves as before; begin again once that one is done."
        )
