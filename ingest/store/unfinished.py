"""Large documents on their way into the store, page by page, so that an interrupted run goes on inside them.

What lies here is found by nothing until `Store.finish` moves it over. All of it may vanish at any time
and is then read again: the file is removed by whoever wants the room, emptied by a re-embedding, and
begun anew when it is damaged.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from ingest.embedding.protocol import Vectors
from ingest.errors import StoreError
from ingest.loaders.protocol import PageLost
from ingest.store import unfinished_rows
from ingest.store.chunks import ChunkRow, Digest, known_vectors
from ingest.store.connection import is_damage, text_in_words
from ingest.store.database import Database
from ingest.store.layout import ABANDONED_SECONDS
from ingest.store.pages import PageRow
from ingest.store.records import ReadingKey, Resumption
from ingest.store.unfinished_file import UnfinishedFile
from ingest.store.vectors import verified_vectors
from ingest.types import Chunk, Document, Page

__all__ = ["ReadingKey", "Resumption", "Unfinished"]

_Row = TypeVar("_Row")


class Unfinished:
    """The readings of one store that were begun and are not finished. Reached as `Store.unfinished`.

    Every change may raise StoreError, StoreFull, and EmbedderMismatch once the store was re-embedded.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file = UnfinishedFile(database.layout, database.identity, readable=not database.is_read_only)
        self._seen: dict[ReadingKey, int] = {}

    @property
    def bytes(self) -> int:
        """What it takes on the disk."""
        return self._database.layout.unfinished_bytes()

    def find(self, key: ReadingKey) -> Resumption | None:
        """Where the reading stands, if it was begun."""
        self._refuse_reembedded()
        found = self._file.ask(lambda connection: unfinished_rows.find_reading(connection, key), None)
        if found is None:
            return None
        self._seen[key] = found.at.next_page
        return found.at

    def begin(self, key: ReadingKey, document: Document) -> None:
        """Begin a reading, in place of one that was begun before. The document's pages are left out.

        Raises ValueError where the document is not of the key's bytes.
        """
        self._refuse_reembedded()
        if document.sha256 != key.sha256:
            raise ValueError("The key has other bytes than the document.")
        self._file.change(lambda connection: unfinished_rows.write_reading(connection, key, document))
        self._seen[key] = 1

    def append(
        self,
        key: ReadingKey,
        pages: Sequence[Page],
        losses: Sequence[PageLost],
        chunks: Sequence[Chunk],
        vectors: Vectors,
    ) -> None:
        """Keep the next pages with all their chunks, in one transaction.

        A page that was lost is among the pages, empty, and its loss among the losses. `vectors` is
        float32 [len(chunks), dimension], of unit length.

        Raises ValueError for what does not go on where the reading stands, or does not fit together;
        StoreError where the reading vanished, or another process went on with it; DamagedFile for text
        that is not Unicode.
        """
        self._refuse_reembedded()
        verified = verified_vectors(vectors, len(chunks), self._database.identity.embedder.dimension)

        def work(connection: sqlite3.Connection) -> int:
            reading = unfinished_rows.find_reading(connection, key)
            if reading is None:
                raise self._vanished()
            next_page = reading.at.next_page
            if self._seen.get(key, next_page) != next_page:
                raise StoreError(
                    f"Another process is reading the same file into '{self._database.layout.name}'. "
                    "What it has read is kept; ingest the file again when it is done."
                )
            unfinished_rows.append_to_reading(connection, reading, pages, losses, chunks, verified)
            return next_page + len(pages)

        with text_in_words("The file"):
            self._seen[key] = self._file.change(work)

    def drop(self, key: ReadingKey) -> None:
        """Forget a reading, if it is there."""
        self._seen.pop(key, None)
        if self._file.is_there:
            self._file.change(lambda connection: unfinished_rows.delete_reading(connection, key))

    def drop_others(self, keep: Collection[ReadingKey], idle_seconds: float = ABANDONED_SECONDS) -> None:
        """Forget every reading but these, and but those that somebody went on with so lately.

        Where this is never called, a reading is forgotten once nobody went on with it for two weeks.
        """

        def work(connection: sqlite3.Connection) -> None:
            for key in unfinished_rows.idle_readings(connection, time.time() - idle_seconds) - set(keep):
                unfinished_rows.delete_reading(connection, key)

        if self._file.is_there:
            self._refuse_reembedded()
            self._file.change(work)

    def known_vectors(self, digests: Sequence[Digest]) -> dict[Digest, Vectors]:
        """The vectors of those texts that are embedded here. See `Store.known_vectors`."""
        dimension = self._database.identity.embedder.dimension
        nothing: dict[Digest, Vectors] = {}
        return self._file.ask(
            lambda connection: known_vectors(connection, "chunk", digests, dimension), nothing
        )

    def count(self) -> int:
        """How many readings there are."""
        return self._file.ask(unfinished_rows.count_readings, 0)

    def problems(self) -> list[str]:
        """What contradicts itself, in words. A damaged file is none: it is removed and begun anew."""
        return self._file.ask(unfinished_rows.problems, [])

    @contextmanager
    def staged(
        self, key: ReadingKey, document: Document
    ) -> Iterator[tuple[Iterator[PageRow], Iterator[ChunkRow]]]:
        """The rows of a reading, to be taken one by one while the file is held.

        Raises StoreError where the reading vanished, whenever that shows; ValueError for a document of
        other names than its chunks were embedded with.
        """
        try:
            with self._apart(), self._file.held() as connection:
                reading = None if connection is None else unfinished_rows.find_reading(connection, key)
                if connection is None or reading is None:
                    raise self._vanished()
                if reading.at.document.names != document.names:
                    raise ValueError("The document's names are not those its chunks were embedded with.")
                yield (
                    self._rows_apart(unfinished_rows.read_pages(connection, reading.id)),
                    self._rows_apart(unfinished_rows.read_chunks(connection, reading.id)),
                )
        except _SpoiltError as error:
            self._file.begin_anew(error.cause)
            raise self._vanished() from error

    def close(self) -> None:
        self._file.close()

    def _rows_apart(self, rows: Iterator[_Row]) -> Iterator[_Row]:
        with self._apart():
            yield from rows

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Keeps this file's errors from being taken for those of the database its rows are written to."""
        with self._file.in_words():
            try:
                yield
            except sqlite3.DatabaseError as error:
                if is_damage(error):
                    raise _SpoiltError(error) from error
                raise

    def _refuse_reembedded(self) -> None:
        with self._database.read() as connection:
            self._database.refuse_reembedded(connection)

    def _vanished(self) -> StoreError:
        return StoreError(
            f"What was read of the file so far is gone from {self._database.layout.unfinished}: it was "
            "removed, damaged, or finished by another process. Ingest the file again; nothing else is lost."
        )


class _SpoiltError(Exception):
    """The file turned out to be damaged while its rows were taken."""

    def __init__(self, cause: sqlite3.DatabaseError) -> None:
        super().__init__(str(cause))
        self.cause = cause
