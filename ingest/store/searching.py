"""How a store's chunks are found, and how the files for that are kept."""

from __future__ import annotations

import numpy as np

from ingest.embedding.protocol import Vectors
from ingest.errors import StoreError
from ingest.store import lexical
from ingest.store.chunks import chunk_ranges
from ingest.store.contents import StoreContents
from ingest.store.database import Database
from ingest.store.dense import DenseSearch
from ingest.store.identity import is_made_with
from ingest.store.vector_file import WRITE_ERRORS, WrittenBase, log_unwritten, publish_base
from ingest.store.vector_rows import UnusableBaseError
from ingest.store.vectors import VectorIndex, verified_vectors
from ingest.store.word_index import sought_tokens
from ingest.store.word_search import WordSearch
from ingest.store.words import sought_terms


class StoreSearch(StoreContents):
    """The part of a `Store` that searches, by meaning and by word."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._dense = DenseSearch(
            database.layout,
            database.identity.embedder.dimension,
            writable=not database.is_read_only,
        )
        self._words = WordSearch(database.layout)

    def search_dense(
        self, vector: Vectors, k: int, documents: frozenset[int] | None = None
    ) -> list[tuple[int, float]]:
        """The k best (chunk id, cosine similarity), best first, in these documents (None: in all)."""
        query = verified_vectors(np.asarray(vector)[np.newaxis], 1, self.identity.dimension)[0]
        with self._database.read() as connection:
            self._database.refuse_reembedded(connection)
            index = self._dense.current(connection)
            ranges = None if documents is None else chunk_ranges(connection, documents)
            written = self._dense.take_written()
        self._publish(written)
        try:
            return index.search(query, k, ranges)
        except UnusableBaseError as error:
            return self._search_rebuilt(index, error, query, k, documents)

    def _search_rebuilt(
        self,
        failed: VectorIndex,
        error: UnusableBaseError,
        query: Vectors,
        k: int,
        documents: frozenset[int] | None,
    ) -> list[tuple[int, float]]:
        """The same search, after the vector files turned out to be damaged."""
        with self._database.read() as connection:
            self._database.refuse_reembedded(connection)
            index = self._dense.rebuilt(connection, failed, error)
            ranges = None if documents is None else chunk_ranges(connection, documents)
            written = self._dense.take_written()
        self._publish(written)
        try:
            return index.search(query, k, ranges)
        except UnusableBaseError as again:
            raise StoreError(
                f"{again.file} was just written and reads as something else. Check the disk, "
                "then `refdesk doctor`; the documents themselves are not affected by this file."
            ) from again

    def search_lexical(
        self, query: str, k: int, documents: frozenset[int] | None = None
    ) -> list[tuple[int, float]]:
        """The k best (chunk id, BM25 score), best first, in these documents (None: in all).

        Any text will do as a query; one without a word finds nothing.
        """
        terms = sought_terms(query)
        with self._database.read() as connection:
            index = self._words.current(connection)
            if index is None:
                return lexical.search(connection, terms, k, documents)
            ranges = None if documents is None else chunk_ranges(connection, documents)
        return index.search(sought_tokens(terms), k, ranges)

    def compact(self) -> None:
        """Write the files for searching anew where so much has changed that it pays.

        Never raises: they are caches.
        """
        if self._database.is_read_only:
            return
        try:
            with self._database.read() as connection:
                stands = is_made_with(connection, self._database.identity)
                written = self._dense.rewritten(connection) if stands else None
                words_are_due = stands and self._words.is_due(connection)
        except (StoreError, *WRITE_ERRORS) as error:
            log_unwritten(self._database.layout, error)
            return
        self._publish(written)
        if words_are_due:
            self._words.write(self._database)

    def _publish(self, written: WrittenBase | None) -> None:
        if written is not None:
            publish_base(self._database, written)
