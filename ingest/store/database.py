"""The store's database as several threads share it: one writes at a time, one reads at a time.

Each kind has its own connection, so reading never waits for a long write; SQLite's write-ahead log
gives the reader the last committed state meanwhile.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Self

from ingest.embedding.protocol import EmbedderIdentity
from ingest.errors import CollectionNotFound, StoreError
from ingest.store import lexical
from ingest.store.connection import (
    connect,
    connect_read_only,
    folder_in_words,
    in_words,
    is_not_writable,
    reading,
    writing,
)
from ingest.store.identity import (
    StoreIdentity,
    read_identity,
    refuse_mismatch,
    refuse_reembedded,
    write_identity,
)
from ingest.store.layout import FileState, StoreLayout
from ingest.store.schema import create_tables, is_empty

_LOGGER = logging.getLogger(__name__)


class Database:
    """Two connections and their locks. Errors come out in words.

    Where the folder may not be written, there is no connection to write with.
    """

    def __init__(
        self,
        layout: StoreLayout,
        identity: StoreIdentity,
        writer: sqlite3.Connection | None,
        reader: sqlite3.Connection,
        state: FileState | None = None,
    ) -> None:
        self.layout = layout
        self.identity = identity
        self._writer, self._write_lock = writer, threading.Lock()
        self._reader, self._read_lock = reader, threading.Lock()
        self._state = state
        self._closed = False

    @classmethod
    def create(cls, layout: StoreLayout, identity: StoreIdentity) -> Self:
        """A new, empty database. Raises StoreError where one lies already."""
        with folder_in_words(layout):
            layout.folder.mkdir(parents=True, exist_ok=True)
        with in_words(layout):
            writer = connect(layout, create=True)
            try:
                with writing(writer):
                    if not is_empty(writer):
                        raise StoreError(
                            f"A collection named '{layout.name}' exists already in {layout.folder.parent}. "
                            "Open it, or choose another name."
                        )
                    create_tables(writer)
                    write_identity(writer, identity)
                    lexical.create_index(writer)
                return cls(layout, identity, writer, connect(layout))
            except BaseException:
                writer.close()
                raise

    @classmethod
    def open(
        cls, layout: StoreLayout, embedder: EmbedderIdentity | None = None, splitter: str | None = None
    ) -> Self:
        """The database that is there, once it is clear that it is one and was made with what is given.

        Where it cannot be written, it is opened for reading alone.
        """
        with folder_in_words(layout):
            there = layout.database.is_file()
        if not there:
            raise CollectionNotFound(
                f"There is no collection '{layout.name}' in {layout.folder.parent}. "
                f"Make it with `refdesk ingest PATH -c {layout.name}`."
            )
        with in_words(layout), folder_in_words(layout):
            state, writable = None, True
            try:
                connection = connect(layout)
            except sqlite3.OperationalError as error:
                if not is_not_writable(error):
                    raise
                writable = False
                # Beside a log somebody may be writing: SQLite's own locks then keep what is read whole.
                state = None if layout.has_log() else layout.database_state()
                connection = connect_read_only(layout, locking=state is None)
            try:
                with reading(connection):
                    identity = read_identity(connection, layout)
                    refuse_mismatch(identity, embedder, splitter, layout)
                    current = lexical.is_current(connection)
                if not writable:
                    if not current:
                        _LOGGER.warning("%s: %s", layout.folder, lexical.OUTDATED)
                    return cls(layout, identity, None, connection, state)
                if not current:
                    with writing(connection):
                        lexical.rebuild_index(connection)
                return cls(layout, identity, connection, connect(layout))
            except BaseException:
                connection.close()
                raise

    @property
    def is_read_only(self) -> bool:
        return self._writer is None

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One moment of the store, for this thread alone until it is done."""
        with self._read_lock, in_words(self.layout):
            self._refuse_closed()
            with self._unchanged(), reading(self._reader):
                yield self._reader

    @contextmanager
    def read_beside(self) -> Iterator[sqlite3.Connection]:
        """One moment of the store on a connection of its own: for what takes long, while others go on.

        Only where the folder may be written.
        """
        self._refuse_closed()
        with in_words(self.layout), closing(connect(self.layout)) as connection, reading(connection):
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: on any exception nothing inside has happened."""
        with self._write_lock, in_words(self.layout):
            self._refuse_closed()
            if self._writer is None:
                raise StoreError(
                    f"The collection '{self.layout.name}' can be searched and not changed: "
                    f"{self.layout.folder} may not be written. Check its permissions and whether it "
                    "lies on a read-only disk, or copy the collection elsewhere and point REFDESK_HOME there."
                )
            with writing(self._writer):
                yield self._writer

    def refuse_reembedded(self, connection: sqlite3.Connection) -> None:
        """Raise EmbedderMismatch if anybody changed the embedder or splitter since this was opened.

        To be called in the transaction that vectors are read or written in.
        """
        refuse_reembedded(connection, self.identity, self.layout)

    def close(self) -> None:
        """Wait for what runs and close; a second time does nothing."""
        with self._write_lock, self._read_lock:
            self._closed = True
            self._reader.close()
            if self._writer is not None:
                self._writer.close()

    @contextmanager
    def _unchanged(self) -> Iterator[None]:
        """Without locks, what was read counts only if nobody wrote to the file meanwhile."""
        if self._state is None:
            yield
            return
        try:
            yield
        except (sqlite3.Error, StoreError):
            self._refuse_changed()
            raise
        self._refuse_changed()

    def _refuse_changed(self) -> None:
        with folder_in_words(self.layout):
            state = self.layout.database_state()
        if state != self._state:
            raise StoreError(
                f"The collection '{self.layout.name}' was changed by somebody who may write to "
                f"{self.layout.folder}. Open it again."
            )

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StoreError(f"The collection '{self.layout.name}' was closed. Open it again.")
