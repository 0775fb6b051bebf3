"""A derived file: written whole or not at all, and believed only if its checksum is the recorded one.

The database remembers the one file of its kind to use. It is written beside its place, made durable, then
named and recorded in one transaction; whoever finds none, or another than the recorded one, does without.
"""

from __future__ import annotations

import hashlib
import logging
import mmap
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ingest.errors import StoreError
from ingest.store.database import Database
from ingest.store.file_record import FileRecord, read_record, write_record
from ingest.store.generation_files import GenerationFiles
from ingest.store.layout import sync_folder
from ingest.store.schema import read_generation
from ingest.store.vector_rows import Ids

_LOGGER = logging.getLogger(__name__)

#: Fills an empty file from what a transaction sees; the ids of the chunks in it, ascending.
WriteFile = Callable[[sqlite3.Connection, BinaryIO], Ids]


class UnusableFileError(Exception):
    """The file is missing or not what was recorded. The store does without; no user sees this."""


def mapped(files: GenerationFiles, record: FileRecord) -> memoryview:
    """The file's bytes where they lie, after they were found to be those that were written.

    Raises UnusableFileError.
    """
    try:
        with files.named(record.generation).open("rb") as file:
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise UnusableFileError(error.strerror or str(error)) from error
    except ValueError as error:
        raise UnusableFileError("it is empty") from error
    if hashlib.sha256(data).hexdigest() != record.sha256:
        raise UnusableFileError("its checksum is not the recorded one")
    return data


def publish(
    database: Database,
    name: str,
    files: GenerationFiles,
    write: WriteFile,
    still_holds: Callable[[sqlite3.Connection], bool],
) -> None:
    """Write the file as of now and make it the recorded one.

    Not where another process recorded a newer one meanwhile, or where `still_holds` says in the
    transaction that records it that it is of no use any more. Others may search all the while. A failure
    is logged, not raised: the file is a cache, and the next time it is tried again.
    """
    try:
        with database.read_beside() as connection:
            if not still_holds(connection):
                return
            record, unfinished = _write(files, connection, write)
        try:
            with database.write() as connection:
                recorded = read_record(connection, name)
                outdone = recorded is not None and recorded.generation > record.generation
                if outdone or not still_holds(connection):
                    return
                unfinished.replace(files.named(record.generation))
                sync_folder(files.folder)
                write_record(connection, name, record)
            files.remove_old(record.generation)
        finally:
            unfinished.unlink(missing_ok=True)
    except (OSError, StoreError) as error:
        _LOGGER.warning("A file beside %s was not written: %s", database.layout.database, error)


def _write(
    files: GenerationFiles, connection: sqlite3.Connection, write: WriteFile
) -> tuple[FileRecord, Path]:
    """Write the file beside its place and make it durable. Leaves nothing behind where that fails."""
    generation = read_generation(connection)
    unfinished = files.unfinished(generation)
    try:
        with unfinished.open("w+b") as file:
            ids = write(connection, file)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return FileRecord(generation, sha256, len(ids), int(ids[-1]) if len(ids) else 0), unfinished
