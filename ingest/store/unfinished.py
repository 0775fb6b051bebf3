"""Large documents on their way into the store, page by page, so that an interrupted run goes on inside them.

What lies here is found by nothing until `Store.finish` moves it over. All of it may vanish at any time
and is then read again: the file is removed by whoever wants the room, emptied by a re-embedding, and
begun anew when it is damaged.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar
from uuid import uuid4

from ingest.embedding.protocol import Vectors
from ingest.errors import ReadingTaken
from ingest.loaders.protocol import PageLost
from ingest.store import unfinished_rows
from ingest.store.chunks import ChunkRow, Digest, known_vectors
from ingest.store.connection import is_damage, text_in_words
from ingest.store.database import Database
from ingest.store.pages import PageRow
from ingest.store.records import ReadingKey, Resumption
from ingest.store.unfinished_file import UnfinishedFile
from ingest.store.vectors import verified_vectors
from ingest.types import Chunk, Document, Page

__all__ = ["ReadingKey", "Resumption", "Unfinished"]

_Row = TypeVar("_Row")

#: A reading that somebody went on with so lately may have an owner who is at it: a page that is read
#: from a picture and embedded takes a minute or two at most.
TAKEN_SECONDS = 300.0


class Unfinished:
    """The readings of one store that were begun and are not finished. Reached as `Store.unfinished`.

    Whoever begins or finds one holds a `Resumption` and hands it on from change to change: nothing is
    remembered here, so several threads and processes may read the same file at once. Every change may
    raise StoreError, StoreFull, and EmbedderMismatch once the store was re-embedded.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file = UnfinishedFile(database.layout, database.identity, readable=not database.is_read_only)

    @property
    def bytes(self) -> int:
        """What it takes on the disk."""
        return self._database.layout.unfinished_bytes()

    def find(self, key: ReadingKey) -> Resumption | None:
        """Where the reading stands, if it was begun."""
        self._refuse_reembedded()
        return self._file.ask(lambda connection: unfinished_rows.find_reading(connection, key), None)

    def begin(self, key: ReadingKey, document: Document) -> Resumption:
        """Begin a reading, in place of an abandoned one. The document's pages are left out.

        Where somebody else went on with one of this key lately, the new one is begun beside it: both can
        be finished, and only that one is found by the key. Raises ValueError where the document is not of
        the key's bytes.
        """
        self._refuse_reembedded()
        if document.sha256 != key.sha256:
            raise ValueError("The key has other bytes than the document.")

        def work(connection: sqlite3.Connection) -> Resumption:
            taken = unfinished_rows.is_touched_since(connection, key, time.time() - TAKEN_SECONDS)
            return unfinished_rows.write_reading(connection, _beside(key) if taken else key, document)

        return self._file.change(work)

    def append(
        self,
        at: Resumption,
        pages: Sequence[Page],
        losses: Sequence[PageLost],
        chunks: Sequence[Chunk],
        vectors: Vectors,
    ) -> Resumption:
        """Keep the next pages with all their chunks, in one transaction; returns where to go on then.

        A page that was lost is among the pages, empty, and its loss among the losses. `vectors` is
        float32 [len(chunks), dimension], of unit length. Where somebody else went on from the same place,
        this goes on beside it, in a reading of its own.

        Raises ValueError for what does not go on there, or does not fit together; ReadingTaken where the
        reading vanished; DamagedFile for text that is not Unicode.
        """
        self._refuse_reembedded()
        verified = verified_vectors(vectors, len(chunks), self._database.identity.embedder.dimension)

        def work(connection: sqlite3.Connection) -> Resumption:
            next_page = unfinished_rows.next_page_of(connection, at)
            if next_page is None:
                raise self._vanished()
            own = at
            if next_page != at.next_page:
                own = unfinished_rows.copy_reading(connection, at, _beside(at.key))
            return unfinished_rows.append_to_reading(connection, own, pages, losses, chunks, verified)

        with text_in_words("The file"):
            return self._file.change(work)

    def drop(self, at: Resumption) -> None:
        """Forget a reading, if it is there and nobody else went on with it."""

        def work(connection: sqlite3.Connection) -> None:
            if unfinished_rows.next_page_of(connection, at) == at.next_page:
                unfinished_rows.delete_reading(connection, at)

        if self._file.is_there:
            self._file.change(work)

    def opening(self, at: Resumption, characters: int) -> str:
        """The document's first so many characters, from the beginnings of its first pages."""
        return self._file.ask(
            lambda connection: unfinished_rows.read_opening(connection, at.id, characters), ""
        )

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
        self, at: Resumption, document: Document
    ) -> Iterator[tuple[Iterator[PageRow], Iterator[ChunkRow]]]:
        """The rows of a reading, to be taken one by one while the file is held.

        Raises ReadingTaken where the reading vanished, whenever that shows, or somebody else went on with
        it; ValueError for a document of other names than its chunks were embedded with.
        """
        try:
            with self._apart(), self._file.held() as connection:
                next_page = None if connection is None else unfinished_rows.next_page_of(connection, at)
                if connection is None or next_page is None:
                    raise self._vanished()
                if next_page != at.next_page:
                    raise self._taken()
                if at.document.names != document.names:
                    raise ValueError("The document's names are not those its chunks were embedded with.")
                yield (
                    self._rows_apart(unfinished_rows.read_pages(connection, at.id)),
                    self._rows_apart(unfinished_rows.read_chunks(connection, at.id)),
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

    def _taken(self) -> ReadingTaken:
        return ReadingTaken(
            f"Another process is reading the same file into '{self._database.layout.name}' and has come "
            "further. What it has read is kept; ingest the file again when that one is done."
        )

    def _vanished(self) -> ReadingTaken:
        return ReadingTaken(
            "What was read of the file so far is gone: another process that was reading the same file has "
            f"finished it, or {self._database.layout.unfinished} was removed or damaged. Ingest the file "
            "again; nothing else is lost."
        )


def _beside(key: ReadingKey) -> ReadingKey:
    """A key that nobody else has or will look for."""
    return replace(key, reader=f"{key.reader} by {uuid4().hex}")


class _SpoiltError(Exception):
    """The file turned out to be damaged while its rows were taken."""

    def __init__(self, cause: sqlite3.DatabaseError) -> None:
        super().__init__(str(cause))
        self.cause = cause
