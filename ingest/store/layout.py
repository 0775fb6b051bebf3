"""The files of a collection's folder, each named here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.store.generation_files import GenerationFiles

#: Raised whenever an older Refdesk could not read what a newer one writes.
FORMAT_VERSION = 3

#: A file's identity, size and time, and whether it has a log.
FileState = tuple[int, int, int, bool]

_LOG = "-wal"


@dataclass(frozen=True, slots=True)
class StoreLayout:
    """A collection's folder: `store.sqlite3` is the truth, and the files for searching are derived from it.

    `vectors-<generation>.rows` holds vectors as they are, `vectors-<generation>.faiss` an index of them,
    `words-<generation>.postings` where words stand.
    `unfinished.sqlite3` holds what was read and embedded of large documents that are not whole yet.
    """

    folder: Path

    @property
    def name(self) -> str:
        """The collection's name, as people type it."""
        return self.folder.name

    @property
    def database(self) -> Path:
        return self.folder / "store.sqlite3"

    @property
    def unfinished(self) -> Path:
        return self.folder / "unfinished.sqlite3"

    def has_log(self) -> bool:
        """Whether SQLite left something beside the database that belongs to it and is not in it yet."""
        with suppress(FileNotFoundError):
            return _beside(self.database, _LOG).stat().st_size > 0
        return False

    def database_state(self) -> FileState:
        """What differs once anybody has written to the database."""
        status = self.database.stat()
        return status.st_ino, status.st_size, status.st_mtime_ns, self.has_log()

    def unfinished_bytes(self) -> int:
        return _total_bytes(_with_company(self.unfinished))

    def remove_unfinished(self) -> None:
        """Remove the file, its log first: a log that is left alone would be taken for the next file's."""
        for path in (*(_beside(self.unfinished, end) for end in (_LOG, "-shm")), self.unfinished):
            path.unlink(missing_ok=True)

    @property
    def vector_rows(self) -> GenerationFiles:
        return GenerationFiles(self.folder, "vectors-", ".rows")

    @property
    def vector_index(self) -> GenerationFiles:
        return GenerationFiles(self.folder, "vectors-", ".faiss")

    @property
    def words(self) -> GenerationFiles:
        return GenerationFiles(self.folder, "words-", ".postings")

    def bytes_on_disk(self) -> int:
        return _total_bytes(self._own_files())

    def _own_files(self) -> Iterator[Path]:
        yield from _with_company(self.database)
        yield from _with_company(self.unfinished)
        for files in (self.vector_rows, self.vector_index, self.words):
            yield from files.there()


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power cut. Where folders cannot be opened, do nothing."""
    if os.name == "nt":  # Windows opens no folders; NTFS journals the rename itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _beside(database: Path, ending: str) -> Path:
    return database.with_name(database.name + ending)


def _with_company(database: Path) -> Iterator[Path]:
    """The database's file with those that SQLite keeps beside it."""
    yield from (path for path in database.parent.glob(f"{database.name}*") if path.is_file())


def _total_bytes(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        with suppress(FileNotFoundError):  # another process may just have closed its log
            total += path.stat().st_size
    return total
