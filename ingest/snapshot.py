"""A file as it is at one moment, told by its hash."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from ingest.errors import NoBytes, UnreadableFile, UnsupportedFormat
from ingest.loaders.content import FileContent, FileOnDisk
from ingest.media import tell_media_type
from ingest.media_types import SOUNDS
from ingest.plan import recorded_source
from ingest.store.records import SourceFile

_READS = 2
_HEAD_BYTES = 4096


def refuse_films(path: Path) -> None:
    """Raise UnsupportedFormat for films and sound of kinds that nothing here hears: they are large."""
    try:
        with path.open("rb") as file:
            head = FileContent(path, file.read(_HEAD_BYTES), "")
    except OSError:
        return  # the snapshot says why
    media_type = tell_media_type(head, is_whole=False)
    if media_type.startswith(("audio/", "video/")) and media_type not in SOUNDS:
        raise UnsupportedFormat(f"{path.name} is of a kind that is not read here ({media_type}).")


def take_snapshot(path: Path, max_bytes: int) -> tuple[FileOnDisk, SourceFile]:
    """The file with its hash, and what the store should remember of it. It is never held whole.

    A file that changes meanwhile is hashed once more. Raises a kind of `UnreadableFile`.
    """
    for _ in range(_READS):
        before, read_at_ns = _status(path), time.time_ns()
        if before.st_size > max_bytes:
            raise UnreadableFile(
                f"{path.name} has {before.st_size:,} bytes, more than the {max_bytes:,} that are read at "
                "most. Split it, or raise max_file_bytes."
            )
        sha256 = _sha256(path)
        after = _status(path)
        if _same(before, after):
            if not after.st_size:
                raise NoBytes(
                    f"{path.name} is empty: it holds no byte at all. Check where it was copied from."
                )
            file = FileOnDisk(path, path, sha256, after.st_size)
            return file, recorded_source(path, sha256, after, read_at_ns)
    raise _changing(path)


def member_snapshot(path: Path, file: Path, container: SourceFile) -> tuple[FileOnDisk, SourceFile]:
    """The same for a file taken out of another; it carries the time of that one."""
    sha256, size_bytes = _sha256(file), _status(file).st_size
    if not size_bytes:
        raise NoBytes(f"{path.name} is empty: it holds no byte at all. Check where it was packed.")
    source = SourceFile(os.fspath(path), sha256, size_bytes, container.modified_ns)
    return FileOnDisk(path, file, sha256, size_bytes), source


def refuse_changed(file: FileOnDisk, taken: os.stat_result) -> None:
    """Raise UnreadableFile if the file is no longer what it was at the snapshot."""
    if not _same(taken, _status(file.file)):
        raise _changing(file.path)


def status_of(file: FileOnDisk) -> os.stat_result:
    """What `refuse_changed` compares with. Raises UnreadableFile."""
    return _status(file.file)


def _same(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except PermissionError as error:
        raise UnreadableFile(
            f"{path.name} may not be read by this user. Give yourself permission to read it, then try again."
        ) from error
    except OSError as error:
        raise UnreadableFile(
            f"{path.name} could not be read: {error.strerror or error}. Check the disk it lies on."
        ) from error


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except FileNotFoundError as error:
        raise UnreadableFile(f"{path.name} is no longer there. Check the path {path}.") from error
    except OSError as error:
        raise UnreadableFile(
            f"{path.name} could not be looked at: {error.strerror or error}. Check its permissions."
        ) from error


def _changing(path: Path) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} was changed while it was being read. Ingest it again when whatever writes it is done."
    )
