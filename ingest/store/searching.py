"""How a store's chunks are found, and how the files for that are kept."""

from __future__ import annotations

import logging

import numpy as np

from ingest.embedding.protocol import Vectors
from ingest.errors import StoreError
from ingest.store import lexical
from ingest.store.chunks import chunk_ranges
from ingest.store.contents import StoreContents
from ingest.store.database import Database
from ingest.store.dense import DenseSearch
from ingest.store.identity import is_made_with
from ingest.store.vector_file import publish_base
from ingest.store.vectors import verified_vectors
from ingest.store.word_index import sought_tokens
from ingest.store.word_search import WordSearch
from ingest.store.words import sought_terms

_LOGGER = logging.getLogger(__name__)


class StoreSearch(StoreContents):
    """The part of a `Store` that searches, by meaning and by word."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._dense = DenseSearch(database.layout, database.identity.embedder.dimension)
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
            unwritten = self._dense.take_unwritten()
        if unwritten is not None and not self._database.is_read_only:
            publish_base(self._database, *unwritten)
        return index.search(query, k, ranges)

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
                rewritten = self._dense.rewritten(connection) if stands else None
                words_are_due = stands and self._words.is_due(connection)
        except StoreError as error:
            _LOGGER.warning("The files for searching were not rewritten: %s", error)
            return
        if rewritten is not None:
            publish_base(self._database, *rewritten)
        if words_are_due:
            self._words.write(self._database)
