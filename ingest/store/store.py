"""The one door to a collection: everything that is kept goes in and comes out here.

SQLite is the only truth. Each change is one transaction: after a crash at any moment, or a full disk,
what was acknowledged is whole and what was not is absent. Several processes may hold the same store
open; each sees the others' changes at its next call. Several threads may share one `Store`: one of
them writes at a time, one of them reads at a time, and reading does not wait for writing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.errors import StoreError
from ingest.store import archives, changes, documents, health, refusals, statistics
from ingest.store.chunks import chunk_rows, known_vectors
from ingest.store.connection import text_in_words
from ingest.store.database import Database
from ingest.store.identity import StoreIdentity
from ingest.store.layout import StoreLayout
from ingest.store.pages import page_rows
from ingest.store.records import Refusal, Resumption, SourceFile, StoreStatistics
from ingest.store.reembedding import Reembedding
from ingest.store.searching import StoreSearch
from ingest.store.unfinished import Unfinished
from ingest.store.vectors import verified_vectors
from ingest.types import Chunk, Document

__all__ = ["SourceFile", "Store", "StoreStatistics"]

_LOGGER = logging.getLogger(__name__)


class Store(StoreSearch):
    """Documents, pages, chunks and vectors of one collection. Made by `create` or `open`.

    What reads or writes vectors raises EmbedderMismatch once anybody re-embedded the collection. Where
    the collection's folder may not be written, it can be searched and read; changes raise StoreError.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._unfinished = Unfinished(database)
        self._closed = False

    @classmethod
    def create(cls, folder: Path, identity: EmbedderIdentity, splitter: str) -> Self:
        """A new, empty store. Raises StoreError where one lies already."""
        return cls(Database.create(StoreLayout(folder), StoreIdentity(identity, splitter)))

    @classmethod
    def open(
        cls, folder: Path, identity: EmbedderIdentity | None = None, splitter: str | None = None
    ) -> Self:
        """The store in the folder. What it was made with must equal what is given; None fits anything.

        Raises CollectionNotFound, EmbedderMismatch, StoreDamaged, StoreError.
        """
        return cls(Database.open(StoreLayout(folder), identity, splitter))

    @property
    def unfinished(self) -> Unfinished:
        """Large documents that are read and embedded bit by bit, until `finish`."""
        return self._unfinished

    # Changing

    def put(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        vectors: Vectors,
        source: SourceFile,
        *,
        reading: str = "",
        unread_pages: int = 0,
    ) -> None:
        """Make the path's content this document, with all that hangs on it, in one transaction.

        What the path held before is gone unless another path holds it too. A document with the same
        bytes is replaced, and stays the content of its other paths. `vectors` is float32
        [len(chunks), dimension], of unit length. `reading` names how the file was read, and `unread_pages`
        counts those that gave nothing: see `incomplete`.

        Raises StoreFull, StoreError; DamagedFile for text that is not Unicode; ValueError for
        vectors that do not fit the chunks or a source that is not of the document.
        """
        vectors = verified_vectors(vectors, len(chunks), self.identity.dimension)
        if source.sha256 != document.sha256:
            raise ValueError("The source has other bytes than the document.")
        rows = chunk_rows(document.names, chunks, vectors)
        with text_in_words(source.path), self._database.write() as connection:
            self._database.refuse_reembedded(connection)
            changes.put_content(
                connection,
                document,
                page_rows(document.pages),
                rows,
                source,
                reading=reading,
                unread_pages=unread_pages,
            )

    def finish(
        self,
        at: Resumption,
        document: Document,
        source: SourceFile,
        *,
        reading: str = "",
        unread_pages: int = 0,
    ) -> None:
        """The same for a document that was read bit by bit: its pages, chunks and vectors are those
        that `unfinished` holds of it, and `document.pages` counts for nothing.

        Little of it is in memory at a time. Raises what `put` raises, and ReadingTaken if what was read is
        no longer there; ValueError for other names than the document was begun with.
        """
        if not at.key.sha256 == document.sha256 == source.sha256:
            raise ValueError("The reading, the document and the source are not of the same bytes.")
        with (
            self._unfinished.staged(at, document) as (pages, chunks),
            text_in_words(source.path),
            self._database.write() as connection,
        ):
            self._database.refuse_reembedded(connection)
            changes.put_content(
                connection, document, pages, chunks, source, reading=reading, unread_pages=unread_pages
            )
        try:
            self._unfinished.drop(at)
        except StoreError as error:  # the document is safe; what is left over is forgotten in time
            _LOGGER.warning("What was read of %s was not cleared away: %s", source.path, error)

    def add_source(self, source: SourceFile) -> None:
        """Make the path's content a document that is here already, in one transaction.

        Raises StoreError if no document has these bytes: `put` it instead.
        """
        with self._database.write() as connection:
            document_id = documents.find_document(connection, source.sha256)
            if document_id is None:
                raise StoreError(
                    f"{source.path}: no document in '{self._layout.name}' has its content. Ingest it."
                )
            changes.point_source(connection, source, document_id)

    def touch(self, source: SourceFile) -> None:
        """Note a new modification time and size for a path whose bytes are the same."""
        with self._database.write() as connection:
            if not documents.touch_source(connection, source):
                raise StoreError(
                    f"{source.path}: '{self._layout.name}' does not hold this content of it. Ingest it."
                )

    def remember_archive(self, source: SourceFile) -> None:
        """Note an archive whose members are all dealt with, in place of an earlier note of that path."""
        with self._database.write() as connection:
            archives.write_archive(connection, source)

    def remember_refusals(self, refused: Sequence[Refusal]) -> None:
        """Note files that gave no document, in place of earlier notes of those paths."""
        with self._database.write() as connection:
            refusals.write_refusals(connection, refused)

    def remove(self, paths: Sequence[str]) -> int:
        """Forget the paths, in one transaction; a document goes with its last one.

        Archives of these paths are forgotten too, and those that one of these paths lies in. Returns how
        many of the paths were a document's.
        """
        with self._database.write() as connection:
            return changes.remove_sources(connection, paths)

    def set_setting(self, name: str, value: str) -> None:
        """Keep a value with the collection, in place of one of that name."""
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, value))

    def remove_setting(self, name: str) -> None:
        """Forget a value that was kept; there need not be one."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM setting WHERE name = ?", (name,))

    def reembedding(self, identity: EmbedderIdentity, splitter: str) -> Reembedding:
        """Begin to embed all documents anew beside what serves meanwhile, or go on with it.

        An unfinished attempt at another embedder or splitter is dropped.
        """
        return Reembedding.begin(self._database, StoreIdentity(identity, splitter))

    # Asking what is here

    def known_vectors(self, digests: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The vectors, float32 [dimension], of those texts that are embedded here already.

        A digest is `ingest.indexing.text_digest` of the embedded text.
        """
        with self._database.read() as connection:
            self._database.refuse_reembedded(connection)
            found = known_vectors(connection, "embedding", digests, self.identity.dimension)
        missing = [digest for digest in digests if digest not in found]
        return {**found, **self._unfinished.known_vectors(missing)} if missing else found

    def statistics(self) -> StoreStatistics:
        unfinished = self._unfinished.count()
        with self._database.read() as connection:
            return statistics.count_all(connection, self._layout, unfinished)

    # Upkeep

    def check(self) -> list[str]:
        """What is wrong, in words; empty if the store is healthy. Reads everything."""
        try:
            if self._database.is_read_only:
                with self._database.read() as connection:
                    return list(health.problems(connection, self._layout, read_only=True))
            with self._database.write() as connection:
                found = list(health.problems(connection, self._layout))
            return [*found, *self._unfinished.problems()]
        except StoreError as error:
            return [str(error)]

    def close(self) -> None:
        """Compact and close. Twice is once. Every other call raises StoreError from here on."""
        if not self._closed:
            self.compact()
        self._close_without_compacting()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:  # an interrupted command should end now, not after a rewrite
            self._close_without_compacting()

    def _close_without_compacting(self) -> None:
        self._closed = True
        self._unfinished.close()
        self._database.close()
