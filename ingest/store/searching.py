"""How a store's chunks are found, and how its vector file is kept."""

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

_LOGGER = logging.getLogger(__name__)


class StoreSearch(StoreContents):
    """The part of a `Store` that searches, by meaning and by word."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._dense = DenseSearch(database.layout, database.identity.embedder.dimension)

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
        with self._database.read() as connection:
            return lexical.search(connection, query, k, documents)

    def compact(self) -> None:
        """Write the vector file anew if so much has changed that it pays. Never raises: it is a cache."""
        if self._database.is_read_only:
            return
        try:
            with self._database.read() as connection:
                rewritten = (
                    self._dense.rewritten(connection)
                    if is_made_with(connection, self._database.identity)
                    else None
                )
        except StoreError as error:
            _LOGGER.warning("The vector file was not rewritten: %s", error)
            return
        if rewritten is not None:
            publish_base(self._database, *rewritten)
