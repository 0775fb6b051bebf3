"""Copies of the files that people drop on a page: kept for the collection, under names that are safe.

They lie in a folder with a name of its own, which the collection's folder tells in a small file: so they keep
their paths when the collection is renamed, and a page of them can still be drawn.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO, Literal

from ingest.errors import StoreError
from machine import dropped_folder
from machine.locking import exclusive

#: What became of a dropped file: it is new, the very same is here, it got a name of its own beside another of
#: its name, or took that one's place.
Keeping = Literal["new", "same", "beside", "replaced"]

_POINTER = "dropped-files"
_ID = re.compile(r"[0-9a-f]{16}")
_LONGEST_NAME_BYTES = 180
_LONGEST_SUFFIX_BYTES = 20
#: Separators and what Windows refuses; control and formatting characters; halves of characters.
_UNFIT = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A dropped file where it lies now. `name` is what it was called where it came from."""

    name: str
    path: Path
    keeping: Keeping


class DroppedFiles:
    """The dropped files of the collection in a folder. Several threads and processes may keep some."""

    def __init__(self, collection_folder: Path) -> None:
        self._collection = collection_folder

    @property
    def folder(self) -> Path | None:
        """Where they lie; None where none was ever dropped."""
        try:
            id = (self._collection / _POINTER).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return dropped_folder() / id if _ID.fullmatch(id) else None

    def keep(self, name: str, content: BinaryIO, *, replace: bool = False) -> KeptFile:
        """Keep a copy of the content under the name, or as near to it as is safe.

        A file of that name with other content stays, and the new one is called "name (2)"; with `replace` it
        takes the other's place. What is there is whole, whenever this is interrupted. The collection has to
        be there. Raises StoreError where the disk takes no more.
        """
        try:
            with self._held() as folder:
                return _keep(folder, name, content, replace)
        except OSError as error:
            raise StoreError(
                f"{name} could not be kept in {dropped_folder()} ({error.strerror or error}). "
                "Make room or check the folder's permissions, then drop it again."
            ) from error

    def holds(self, path: str | os.PathLike[str]) -> bool:
        """Whether the path is that of a dropped file, or of something in one."""
        folder = self.folder
        return folder is not None and Path(path).is_relative_to(folder)

    def file_of(self, path: str | os.PathLike[str]) -> Path | None:
        """The dropped file that the path is, or lies in as a member does; None where it is none."""
        folder = self.folder
        if folder is None or not Path(path).is_relative_to(folder):
            return None
        inner = Path(path).relative_to(folder).parts
        return folder / inner[0] if inner and ".." not in inner else None

    def files(self) -> tuple[Path, ...]:
        """All of them, in the order of names."""
        folder = self.folder
        return tuple(sorted(_files(folder))) if folder is not None and folder.is_dir() else ()

    def without_document(self, documents: Iterable[str]) -> tuple[Path, ...]:
        """Those of which no document is among these paths, neither itself nor a member."""
        folder = self.folder
        # By the folder's own name, which is no other's: the data home may be reached by several paths.
        after = [PurePath(path).parts for path in documents if folder is not None and folder.name in path]
        read = {
            _called(parts[parts.index(folder.name) + 1])
            for parts in after
            if folder is not None and folder.name in parts[:-1]
        }
        return tuple(file for file in self.files() if _called(file.name) not in read)

    def delete(self, path: str | os.PathLike[str]) -> bool:
        """Delete one of them; False for a path that is none of them, which is left alone."""
        folder = self.folder
        if folder is None or Path(path).parent != folder:
            return False
        try:
            Path(path).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{path} could not be deleted ({error.strerror}). Delete it by hand.") from error
        return True

    def count(self) -> int:
        return len(self.files())

    def delete_all(self) -> None:
        """Delete them all, for good. Raises StoreError where something is left."""
        folder = self.folder
        if folder is None or not folder.is_dir():
            return
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise StoreError(f"{folder} could not be deleted whole: {error}. Delete it by hand.") from error

    @contextmanager
    def _held(self) -> Iterator[Path]:
        """Their folder, made if need be, for one at a time."""
        with exclusive(dropped_folder() / ".lock", waiting=lambda: None):
            folder = self.folder
            if folder is None:
                folder = dropped_folder() / secrets.token_hex(8)
                pointer = self._collection / _POINTER
                part = pointer.with_name(f".{_POINTER}.part")
                part.write_text(folder.name, "ascii")
                part.replace(pointer)
            folder.mkdir(exist_ok=True)
            yield folder


def safe_name(name: str) -> str:
    """A name for a file that means no other place, hides nothing, and that every system takes.

    A folder in front is dropped; the ending, which tells people what it is, stays.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    last = " ".join(_UNFIT.sub(" ", last).split()).strip(" .~$")
    if not last or _DEVICES.fullmatch(last):
        last = f"document {last}".strip()
    suffix = PurePath(last).suffix
    if len(suffix.encode()) > _LONGEST_SUFFIX_BYTES:
        suffix = ""
    stem = last.removesuffix(suffix) if suffix else last
    room = _LONGEST_NAME_BYTES - len(suffix.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + suffix


def _keep(folder: Path, name: str, content: BinaryIO, replace: bool) -> KeptFile:
    part = folder / f".part-{secrets.token_hex(4)}"
    try:
        with part.open("wb") as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        wanted = folder / safe_name(name)
        taken = _namesake(folder, wanted)
        if taken is None:
            return _placed(part, wanted, name, "new")
        if _equal(part, taken):
            return KeptFile(name, taken, "same")
        if replace:
            return _placed(part, taken, name, "replaced")
        number = 2
        while (other := _namesake(folder, _numbered(wanted, number))) is not None:
            if _equal(part, other):
                return KeptFile(name, other, "same")
            number += 1
        return _placed(part, _numbered(wanted, number), name, "beside")
    finally:
        part.unlink(missing_ok=True)


def _placed(part: Path, place: Path, name: str, keeping: Keeping) -> KeptFile:
    part.replace(place)
    return KeptFile(name, place, keeping)


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem} ({number}){path.suffix}")


def _called(name: str) -> str:
    """The name as disks tell names apart, be they strict or not."""
    return unicodedata.normalize("NFC", name).casefold()


def _namesake(folder: Path, wanted: Path) -> Path | None:
    """The file that has the name, in whatever letter case: some disks keep no two such apart."""
    called = wanted.name.casefold()
    return next((file for file in _files(folder) if file.name.casefold() == called), None)


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.iterdir() if not file.name.startswith("."))


def _equal(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and _digest(one) == _digest(other)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
