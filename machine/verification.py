"""Is a file what the catalogue says? Known in full by its sha256, cheaply by a seal left at that time.

A model's folder holds `.verified.json`: for each file that was hashed and found right, its sha256, size
and time of change. While these still agree the file is not hashed again, so that opening a model costs
a few `stat` calls instead of reading a gigabyte.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from machine.catalogue import CatalogueFile

SEALS_NAME = ".verified.json"
_SCHEMA = 1
_BLOCK_BYTES = 1 << 20


def _unheard(count: int) -> None:
    del count


@dataclass(frozen=True, slots=True)
class Seal:
    """A file as it was when its hash was found right."""

    name: str
    sha256: str
    size_bytes: int
    changed_ns: int


def sha256_of(path: Path, read: Callable[[int], None] = _unheard) -> str:
    """The file's sha256 in hex. `read` hears of each block's length."""
    import hashlib

    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            read(len(block))
    return digest.hexdigest()


def complaint(path: Path, file: CatalogueFile, read: Callable[[int], None] = _unheard) -> str:
    """What is wrong with the file at `path`, in words; empty if its size and hash are right."""
    size = path.stat().st_size
    if size != file.size_bytes:
        return f"it has {size:,} bytes where {file.size_bytes:,} are expected"
    digest = sha256_of(path, read)
    if digest != file.sha256:
        return f"its sha256 is {digest} where {file.sha256} is expected"
    return ""


def is_sealed(folder: Path, file: CatalogueFile, seals: Sequence[Seal]) -> bool:
    """Whether the file was found right before and has not been touched since."""
    try:
        status = (folder / file.name).stat()
    except OSError:
        return False
    return Seal(file.name, file.sha256, status.st_size, status.st_mtime_ns) in seals and (
        status.st_size == file.size_bytes
    )


def read_seals(folder: Path) -> tuple[Seal, ...]:
    """The folder's seals; none if there are none that can be read."""
    try:
        stored = json.loads((folder / SEALS_NAME).read_text(encoding="utf-8"))
        if stored["schema"] != _SCHEMA:
            return ()
        return tuple(Seal(**entry) for entry in stored["files"])
    except (OSError, ValueError, TypeError, KeyError):
        # A seal only saves time: an unreadable one costs a hash, nothing else.
        return ()


def sealed_sha256(path: Path) -> str | None:
    """The sha256 that a file's seal says, if the file is as it was sealed."""
    status = path.stat()
    for seal in read_seals(path.parent):
        if (seal.name, seal.size_bytes, seal.changed_ns) == (path.name, status.st_size, status.st_mtime_ns):
            return seal.sha256
    return None


def write_seals(folder: Path, files: Sequence[CatalogueFile]) -> None:
    """Seal files that were just found right."""
    seals = []
    for file in files:
        status = (folder / file.name).stat()
        seals.append(Seal(file.name, file.sha256, status.st_size, status.st_mtime_ns))
    text = json.dumps({"schema": _SCHEMA, "files": [asdict(seal) for seal in seals]}, indent=1)
    fresh = folder / f"{SEALS_NAME}.{os.getpid()}"
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(folder / SEALS_NAME)
    finally:
        fresh.unlink(missing_ok=True)
