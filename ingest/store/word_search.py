"""Keeps postings level with the rows, whoever changes them, and says when FTS5 is to search alone."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator

from ingest.store import chunks, lexical
from ingest.store.database import Database
from ingest.store.derived_file import UnusableFileError, mapped, publish
from ingest.store.file_record import FileRecord, read_record
from ingest.store.identity import is_made_with
from ingest.store.layout import StoreLayout
from ingest.store.postings import NoPostingsError, Postings
from ingest.store.postings_writing import postings_of, write_postings
from ingest.store.schema import read_generation
from ingest.store.vector_rows import Ids
from ingest.store.vectors import rewrite_pays
from ingest.store.word_index import WordIndex

_LOGGER = logging.getLogger(__name__)

#: Up to so many chunks, FTS5 alone is quick enough (docs/benchmarks.md, "Words at scale").
FTS5_ALONE = 10_000

#: So many chunks added since the file was written get their postings within a search, a quarter of a second
#: for a thousand. A process that finds more at once has FTS5 search; one that meets
#: them bit by bit does not.
_MOST_MADE = 2_000


class WordSearch:
    """The words of one store beyond what FTS5 searches quickly, loaded when first asked for.

    A search never waits for postings to be written: FTS5 gives the same hits and scores meanwhile.
    Not safe for several threads at once: the store calls it under its reading lock. What it returns
    is immutable and needs no lock.
    """

    def __init__(self, layout: StoreLayout) -> None:
        self._layout = layout
        self._record: FileRecord | None = None
        self._index: WordIndex | None = None
        self._is_to_load = True
        self._unusable = False

    def current(self, connection: sqlite3.Connection) -> WordIndex | None:
        """The index as of the connection's read transaction; None where FTS5 is to search."""
        record = read_record(connection, lexical.POSTINGS)
        if self._is_to_load or record != self._record:
            self._is_to_load, self._unusable = False, False
            self._record, self._index = record, self._first_index(connection, record)
        generation = read_generation(connection)
        if record is None or self._index is None or self._index.generation == generation:
            return self._index
        ranges = chunks.chunk_ranges(connection)
        if rewrite_pays(record.count, record.changes(ranges)):
            self._index = None  # so much has changed that others would be in memory: new ones are due
        elif self._index.lacks(ranges) > _MOST_MADE:
            return None
        else:
            self._index = self._index.advanced(
                generation, ranges, lambda ids: postings_of(_lexical_rows(connection, ids))
            )
        return self._index

    def is_due(self, connection: sqlite3.Connection) -> bool:
        """Whether the postings should be written anew."""
        ranges = chunks.chunk_ranges(connection)
        if sum(part.end - part.first for part in ranges) <= FTS5_ALONE:
            return False
        record = read_record(connection, lexical.POSTINGS)
        return (
            record is None
            or self._unusable
            or not self._layout.words.named(record.generation).is_file()
            or rewrite_pays(record.count, record.changes(ranges))
        )

    def write(self, database: Database) -> None:
        """Write the postings anew, without keeping others from searching. Failures are logged."""

        def still_holds(connection: sqlite3.Connection) -> bool:
            return is_made_with(connection, database.identity) and lexical.is_current(connection)

        publish(database, lexical.POSTINGS, self._layout.words, write_postings, still_holds)
        self._is_to_load = True

    def _first_index(self, connection: sqlite3.Connection, record: FileRecord | None) -> WordIndex | None:
        # What was added since would be indexed in another way than what the file was made from.
        if record is None or not lexical.is_current(connection):
            return None
        try:
            return WordIndex.starting_from(Postings.over(mapped(self._layout.words, record)))
        except (UnusableFileError, NoPostingsError) as error:
            self._unusable = True
            file = self._layout.words.named(record.generation)
            _LOGGER.warning("%s is not used: %s. FTS5 searches alone until it is written anew.", file, error)
            return None


def _lexical_rows(connection: sqlite3.Connection, ids: Ids) -> Iterator[tuple[int, str]]:
    """(chunk id, its lexical text) of these chunks."""
    wanted = ids.tolist()
    chosen = set(wanted)
    for document_id in sorted(set(chunks.documents_of(connection, wanted).values())):
        for chunk_id, text in chunks.lexical_rows(connection, document_id):
            if chunk_id in chosen:
                yield chunk_id, text
