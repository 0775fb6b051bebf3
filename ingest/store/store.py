"""The one door to a collection: everything that is kept goes in and comes out here.

SQLite is the only truth. Each change is one transaction: after a crash at any moment, or a full disk,
what was acknowledged is whole and what was not is absent. Several processes may hold the same store
open; each sees the others' changes at its next call. Several threads may share one `Store`: one of
them writes at a time, one of them reads at a time, and reading does not wait for writing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.errors import DamagedFile, StoreError
from ingest.store import changes, health, lexical, pages, rows
from ingest.store.database import Database
from ingest.store.dense import DenseSearch
from ingest.store.filters import matching_documents, matching_sources
from ingest.store.layout import StoreLayout
from ingest.store.records import SourceFile, StoreStatistics
from ingest.store.schema import StoreIdentity, read_generation
from ingest.store.vector_file import publish_base
from ingest.store.vectors import verified_vectors
from ingest.types import Chunk, Document, DocumentInfo, Page, StoredChunk

__all__ = ["SourceFile", "Store", "StoreStatistics"]

_LOGGER = logging.getLogger(__name__)


class Store:
    """Documents, pages, chunks and vectors of one collection. Made by `create` or `open`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._layout = database.layout
        self._dense = DenseSearch(database.layout, database.identity.embedder.dimension)
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
    def folder(self) -> Path:
        return self._layout.folder

    @property
    def identity(self) -> EmbedderIdentity:
        """The embedder all vectors here come from."""
        return self._database.identity.embedder

    @property
    def splitter(self) -> str:
        """The splitter's settings, as they were given at creation."""
        return self._database.identity.splitter

    # Changing

    def put(self, document: Document, chunks: Sequence[Chunk], vectors: Vectors, source: SourceFile) -> None:
        """Make the path's content this document, with all that hangs on it, in one transaction.

        What the path held before is gone unless another path holds it too. A document with the same
        bytes is replaced, and stays the content of its other paths. `vectors` is float32
        [len(chunks), dimension], of unit length.

        Raises StoreFull, StoreError; DamagedFile for text that is not Unicode; ValueError for
        vectors that do not fit the chunks or a source that is not of the document.
        """
        vectors = verified_vectors(vectors, len(chunks), self.identity.dimension)
        if source.sha256 != document.sha256:
            raise ValueError("The source has other bytes than the document.")
        try:
            with self._database.write() as connection:
                changes.put_document(connection, document, chunks, vectors, source)
        except UnicodeEncodeError as error:
            raise DamagedFile(
                f"{source.path}: its text holds half characters (lone surrogates) that no file can keep "
                f"({error.reason}). Save the file anew in UTF-8 and ingest it again."
            ) from error

    def add_source(self, source: SourceFile) -> None:
        """Make the path's content a document that is here already, in one transaction.

        Raises StoreError if no document has these bytes: `put` it instead.
        """
        with self._database.write() as connection:
            document_id = rows.find_document(connection, source.sha256)
            if document_id is None:
                raise StoreError(
                    f"{source.path}: no document in '{self._layout.name}' has its content. Ingest it."
                )
            changes.point_source(connection, source, document_id)

    def touch(self, source: SourceFile) -> None:
        """Note a new modification time and size for a path whose bytes are the same."""
        with self._database.write() as connection:
            if not rows.touch_source(connection, source):
                raise StoreError(
                    f"{source.path}: '{self._layout.name}' does not hold this content of it. Ingest it."
                )

    def remove(self, paths: Sequence[str]) -> int:
        """Forget the paths, in one transaction; a document goes with its last one.

        Returns how many of them were here.
        """
        with self._database.write() as connection:
            return changes.remove_sources(connection, paths)

    def set_setting(self, name: str, value: str) -> None:
        """Keep a value with the collection, in place of one of that name."""
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, value))

    # Asking what is here

    def has_content(self, sha256: str) -> bool:
        """Whether a document with these bytes is here."""
        with self._database.read() as connection:
            return rows.find_document(connection, sha256) is not None

    def sources(self) -> dict[str, SourceFile]:
        """Every source by its path."""
        with self._database.read() as connection:
            return {source.path: source for source, _, _ in rows.sources(connection)}

    def documents(self) -> list[DocumentInfo]:
        """One entry per source, in the order of their paths."""
        with self._database.read() as connection:
            return rows.listing(connection)

    def document_ids(self, pattern: str | None) -> frozenset[int] | None:
        """The documents a person means (see `filters`): None means all and gives None; empty means none."""
        if pattern is None:
            return None
        with self._database.read() as connection:
            return matching_documents(pattern, rows.sources(connection))

    def matching_paths(self, pattern: str) -> list[str]:
        """The paths a person means, by the same reading; empty means none."""
        with self._database.read() as connection:
            return [path for path, _ in matching_sources(pattern, rows.sources(connection))]

    def setting(self, name: str) -> str | None:
        with self._database.read() as connection:
            row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
            return None if row is None else str(row[0])

    def generation(self) -> int:
        """Counts the changes of what can be found here, by any process."""
        with self._database.read() as connection:
            return read_generation(connection)

    def statistics(self) -> StoreStatistics:
        with self._database.read() as connection:
            documents, sources, pages_, chunks, vectors = rows.count_all(connection)
            generation = read_generation(connection)
        return StoreStatistics(
            documents, sources, pages_, chunks, vectors, self._layout.bytes_on_disk(), generation
        )

    # Searching

    def search_dense(
        self, vector: Vectors, k: int, documents: frozenset[int] | None = None
    ) -> list[tuple[int, float]]:
        """The k best (chunk id, cosine similarity), best first, in these documents (None: in all)."""
        query = verified_vectors(np.asarray(vector)[np.newaxis], 1, self.identity.dimension)[0]
        with self._database.read() as connection:
            index = self._dense.current(connection)
            ranges = None if documents is None else rows.chunk_ranges(connection, documents)
            unwritten = self._dense.take_unwritten()
        if unwritten is not None:
            publish_base(self._database, *unwritten)
        return index.search(query, k, ranges)

    def search_lexical(
        self, query: str, k: int, documents: frozenset[int] | None = None
    ) -> list[tuple[int, float]]:
        """The k best (chunk id, BM25 score), best first, in these documents (None: in all).

        Any text will do as a query; one without a word finds nothing.
        """
        with self._database.read() as connection:
            return lexical.search(connection, query, k, documents)

    # Reading

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        """The chunks by id, in the given order; one removed since it was found is left out."""
        with self._database.read() as connection:
            return rows.stored_chunks(connection, ids)

    def neighbours(self, chunk_id: int, before: int, after: int) -> list[StoredChunk]:
        """The chunk itself with those up to so many places before and after it in its document, in order.

        Empty if the chunk is gone.
        """
        with self._database.read() as connection:
            return rows.neighbouring_chunks(connection, chunk_id, before, after)

    def document(self, document_id: int) -> Document:
        """The document as it was put. Raises StoreError if it is gone."""
        with self._database.read() as connection:
            found = rows.read_document(connection, document_id)
            page_rows = pages.read_pages(connection, document_id)
        if found is None:
            raise self._gone(f"document {document_id}")
        return replace(found, pages=tuple(map(pages.page_from_row, page_rows)))

    def pages(self, document_id: int) -> Iterator[Page]:
        """The document's pages in order. Raises StoreError if it is gone."""
        with self._database.read() as connection:
            found = pages.read_pages(connection, document_id)
        if not found:
            raise self._gone(f"document {document_id}")
        return map(pages.page_from_row, found)

    def page(self, document_id: int, number: int) -> Page:
        """One page, by the number citations use. Raises StoreError if it is not here."""
        with self._database.read() as connection:
            found = pages.read_pages(connection, document_id, number)
        if not found:
            raise self._gone(f"page {number} of document {document_id}")
        return pages.page_from_row(found[0])

    def text(self, document_id: int, start: int, end: int) -> str:
        """The document's text between two offsets, verbatim, page breaks included; clipped like a slice."""
        with self._database.read() as connection:
            return pages.read_text(connection, document_id, start, end)

    # Upkeep

    def check(self) -> list[str]:
        """What is wrong, in words; empty if the store is healthy. Reads everything."""
        try:
            with self._database.write() as connection:
                return list(health.problems(connection, self._layout, self.identity.dimension))
        except StoreError as error:
            return [str(error)]

    def compact(self) -> None:
        """Write the vector file anew if so much has changed that it pays. Never raises: it is a cache."""
        try:
            with self._database.read() as connection:
                rewritten = self._dense.rewritten(connection)
        except StoreError as error:
            _LOGGER.warning("The vector file was not rewritten: %s", error)
            return
        if rewritten is not None:
            publish_base(self._database, *rewritten)

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
        self._database.close()

    def _gone(self, what: str) -> StoreError:
        return StoreError(
            f"The collection '{self._layout.name}' does not hold {what}, or no longer. Search again."
        )
