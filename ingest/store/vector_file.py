"""The base on disk: written whole or not at all, and believed only if its checksum is the recorded one."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from ingest.embedding.protocol import Vectors
from ingest.errors import StoreError
from ingest.store.database import Database
from ingest.store.layout import StoreLayout, sync_folder
from ingest.store.schema import delete_meta, read_meta, write_meta
from ingest.store.vectors import Base, Ids, load_faiss

_RECORD = "base"

_LOGGER = logging.getLogger(__name__)


class UnusableBaseError(Exception):
    """The vector file is missing or not what was recorded. The store rebuilds it; no user sees this."""


@dataclass(frozen=True, slots=True)
class BaseRecord:
    """What the database knows of the vector file."""

    generation: int
    sha256: str
    count: int
    last_id: int
    """The highest chunk id in it: whatever is above was added since."""


def read_record(connection: sqlite3.Connection) -> BaseRecord | None:
    """The record of the vector file, or None if there is none to use."""
    value = read_meta(connection, _RECORD)
    return None if value is None else BaseRecord(**json.loads(str(value)))


def write_record(connection: sqlite3.Connection, record: BaseRecord) -> None:
    write_meta(connection, _RECORD, json.dumps(asdict(record)))


def delete_record(connection: sqlite3.Connection) -> None:
    """Have the vector file, if there is one, used by nobody who opens the store from now on."""
    delete_meta(connection, _RECORD)


def fill_base(dimension: int, batches: Iterable[tuple[Ids, Vectors]]) -> Base:
    """A base of these vectors, which come ascending by id."""
    base = Base.empty(dimension)
    for ids, vectors in batches:
        base.index.add_with_ids(vectors, ids)
    return Base.around(base.index)


def write_base(layout: StoreLayout, generation: int, base: Base) -> tuple[BaseRecord, Path]:
    """Write the base beside its place and make it durable; `name_base` then puts it there.

    Raises OSError or RuntimeError (FAISS's own) and leaves nothing behind.
    """
    faiss = load_faiss()

    unfinished = layout.unfinished_vectors(generation)
    try:
        with unfinished.open("wb") as file:
            writer = _HashingWriter(file)
            faiss.write_index(base.index, faiss.PyCallbackIOWriter(writer))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    last_id = int(base.ids[-1]) if len(base.ids) else 0
    return BaseRecord(generation, writer.sha256(), len(base.ids), last_id), unfinished


def name_base(layout: StoreLayout, record: BaseRecord, unfinished: Path) -> None:
    """Give the written file its name, for good."""
    unfinished.replace(layout.vectors(record.generation))
    sync_folder(layout.folder)


def read_base(layout: StoreLayout, record: BaseRecord, dimension: int) -> Base:
    """The base, after its bytes were found to be those that were written. Raises UnusableBaseError."""
    faiss = load_faiss()

    verify_base(layout, record)
    try:
        index = faiss.read_index(str(layout.vectors(record.generation)))
    except RuntimeError as error:
        raise UnusableBaseError(str(error)) from error
    if not isinstance(index, faiss.IndexIDMap) or (index.d, index.ntotal) != (dimension, record.count):
        raise UnusableBaseError("it holds another kind of index")
    return Base.around(index)


def verify_base(layout: StoreLayout, record: BaseRecord) -> None:
    """Raise UnusableBaseError unless the file is there, with the recorded checksum.

    FAISS itself would load most files with a flipped bit, and then find the wrong chunks.
    """
    try:
        with layout.vectors(record.generation).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnusableBaseError(error.strerror or str(error)) from error
    if found != record.sha256:
        raise UnusableBaseError("its checksum is not the recorded one")


def publish_base(database: Database, generation: int, base: Base) -> None:
    """Write the base and make it the recorded one, unless another process recorded a newer one.

    A failure is logged, not raised: the file is a cache, and the next opening tries again.
    """
    layout = database.layout
    try:
        record, unfinished = write_base(layout, generation, base)
        try:
            with database.write() as connection:
                database.refuse_reembedded(connection)
                recorded = read_record(connection)
                if recorded is None or recorded.generation <= generation:
                    name_base(layout, record, unfinished)
                    write_record(connection, record)
            layout.remove_old_vectors(generation)
        finally:
            unfinished.unlink(missing_ok=True)
    except (OSError, RuntimeError, StoreError) as error:  # RuntimeError is FAISS's word for a failed write
        _LOGGER.warning("The vector file of %s was not written: %s", layout.folder, error)


class _HashingWriter:
    """Takes FAISS's output, writes it and hashes it in passing."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def __call__(self, data: bytes) -> None:
        self._hash.update(data)
        self._file.write(data)

    def sha256(self) -> str:
        return self._hash.hexdigest()
