"""The store's database as several threads share it: one writes at a time, one reads at a time.

Each kind has its own connection, so reading never waits for a long write; SQLite's write-ahead log
gives the reader the last committed state meanwhile.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from ingest.embedding.protocol import EmbedderIdentity
from ingest.errors import CollectionNotFound, StoreError
from ingest.store import lexical, schema
from ingest.store.connection import connect, folder_in_words, in_words, reading, writing
from ingest.store.layout import StoreLayout


class Database:
    """Two connections and their locks. Errors come out in words."""

    def __init__(
        self,
        layout: StoreLayout,
        identity: schema.StoreIdentity,
        writer: sqlite3.Connection,
        reader: sqlite3.Connection,
    ) -> None:
        self.layout = layout
        self.identity = identity
        self._writer, self._write_lock = writer, threading.Lock()
        self._reader, self._read_lock = reader, threading.Lock()
        self._closed = False

    @classmethod
    def create(cls, layout: StoreLayout, identity: schema.StoreIdentity) -> Self:
        """A new, empty database. Raises StoreError where one lies already."""
        with folder_in_words(layout):
            layout.folder.mkdir(parents=True, exist_ok=True)
        with in_words(layout):
            writer = connect(layout, create=True)
            try:
                with writing(writer):
                    if not schema.is_empty(writer):
                        raise StoreError(
                            f"A collection named '{layout.name}' exists already in {layout.folder.parent}. "
                            "Open it, or choose another name."
                        )
                    schema.create_tables(writer, identity)
                    lexical.create_index(writer)
                return cls(layout, identity, writer, connect(layout))
            except BaseException:
                writer.close()
                raise

    @classmethod
    def open(
        cls, layout: StoreLayout, embedder: EmbedderIdentity | None = None, splitter: str | None = None
    ) -> Self:
        """The database that is there, once it is clear that it is one and was made with what is given."""
        with folder_in_words(layout):
            there = layout.database.is_file()
        if not there:
            raise CollectionNotFound(
                f"There is no collection '{layout.name}' in {layout.folder.parent}. "
                f"Make it with `refdesk ingest PATH -c {layout.name}`."
            )
        with in_words(layout):
            writer = connect(layout)
            try:
                with reading(writer):
                    identity = schema.read_identity(writer, layout)
                    schema.refuse_mismatch(identity, embedder, splitter, layout)
                    current = lexical.is_current(writer)
                if not current:
                    with writing(writer):
                        lexical.rebuild_index(writer)
                return cls(layout, identity, writer, connect(layout))
            except BaseException:
                writer.close()
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One moment of the store, for this thread alone until it is done."""
        with self._read_lock, in_words(self.layout):
            self._refuse_closed()
            with reading(self._reader):
                yield self._reader

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: on any exception nothing inside has happened."""
        with self._write_lock, in_words(self.layout):
            self._refuse_closed()
            with writing(self._writer):
                yield self._writer

    def close(self) -> None:
        """Wait for what runs and close; a second time does nothing."""
        with self._write_lock, self._read_lock:
            self._closed = True
            self._reader.close()
            self._writer.close()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StoreError(f"The collection '{self.layout.name}' was closed. Open it again.")
