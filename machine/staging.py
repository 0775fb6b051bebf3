"""Where a model's files wait until all of them are right.

<models>/.staging/<id>/partial/<source>/...   what has arrived so far, kept between tries
<models>/.staging/<id>/files/...              finished files, each found right
<models>/<id>/...                             the model; appears by one rename
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from machine.catalogue import CatalogueFile, CatalogueModel
from machine.errors import DiskFull, FolderUnwritable, ModelDamaged
from machine.home import HOME_VARIABLE, models_folder
from machine.verification import complaint, is_sealed, read_seals, write_seals

#: Left free on the disk whatever is downloaded, so that other programs (and the store) can go on.
_MARGIN_BYTES = 64 * 1024 * 1024


def staging_folder(id: str) -> Path:
    return models_folder() / ".staging" / id


def lock_path(id: str) -> Path:
    return models_folder() / ".locks" / f"{id}.lock"


class Staging:
    """A model on its way in. Used by one process at a time, under the model's lock."""

    def __init__(self, model: CatalogueModel) -> None:
        self.model = model
        #: Names of the files still to come; None before the first look, which may hash gigabytes.
        self._missing: set[str] | None = None

    @property
    def folder(self) -> Path:
        return staging_folder(self.model.id)

    @property
    def target(self) -> Path:
        return models_folder() / self.model.id

    def finished(self, file: CatalogueFile) -> Path:
        return self.folder / "files" / file.name

    def partial(self, source: str, name: str) -> Path:
        """Where `source` gathers what becomes `name`; its folder exists."""
        path = self.folder / "partial" / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def missing(self) -> tuple[CatalogueFile, ...]:
        """The files that neither lie finished here nor, found right, at their place."""
        names = self._look()
        return tuple(file for file in self.model.files if file.name in names)

    def here_bytes(self) -> int:
        """Bytes of the model that need no fetching any more."""
        return self.model.size_bytes - sum(file.size_bytes for file in self.missing())

    def accept(self, file: CatalogueFile, arrived: Path, origin: str) -> None:
        """Take a file that arrived whole. Removes it and raises ModelDamaged if it is not the right one."""
        wrong = complaint(arrived, file)
        if wrong:
            arrived.unlink()
            raise ModelDamaged(
                f"{file.name} of {self.model.id}, as {origin} gave it, is damaged or another file: {wrong}. "
                "It was removed."
            )
        self.adopt(file, arrived)

    def adopt(self, file: CatalogueFile, arrived: Path) -> None:
        """Take a file that was just found right."""
        with arrived.open("rb+") as content:
            os.fsync(content.fileno())
        place = self.finished(file)
        place.parent.mkdir(parents=True, exist_ok=True)
        arrived.replace(place)
        self._look().discard(file.name)

    def place(self) -> None:
        """Move the finished files to where the model lives, sealed. Nothing may be missing."""
        finished = self.folder / "files"
        fetched = [file for file in self.model.files if self.finished(file).exists()]
        if fetched and not self.target.exists():
            write_seals(finished, fetched)
            finished.rename(self.target)
        elif fetched:
            for file in fetched:
                place = self.target / file.name
                place.parent.mkdir(parents=True, exist_ok=True)
                self.finished(file).replace(place)
            write_seals(self.target, self.model.files)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _look(self) -> set[str]:
        """The names of the missing files. Removes finished ones that are not needed or no longer right."""
        if self._missing is None:
            self._missing = set()
            seals = read_seals(self.target)
            for file in self.model.files:
                placed = self.target / file.name
                if is_sealed(self.target, file, seals) or _is_right(placed, file):
                    self.finished(file).unlink(missing_ok=True)
                elif not _is_right(self.finished(file), file):
                    self.finished(file).unlink(missing_ok=True)
                    self._missing.add(file.name)
        return self._missing

    def require_space(self, needed_bytes: int) -> None:
        """Raise DiskFull if the disk has no room for `needed_bytes` more."""
        require_space(self.folder, needed_bytes, self.model.id)


def require_space(folder: Path, needed_bytes: int, what: str) -> None:
    """Raise DiskFull if the disk that holds `folder` (which need not exist) has no room."""
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(nearest).free
    if free < needed_bytes + _MARGIN_BYTES:
        raise DiskFull(
            f"No room for {what}: {_megabytes(needed_bytes + _MARGIN_BYTES)} are needed in {nearest} and "
            f"{_megabytes(free)} are free. Make room, or set {HOME_VARIABLE} to a folder on another disk."
        )


@contextmanager
def disk_errors_in_words(folder: Path, what: str) -> Iterator[None]:
    """Turn the system's errors about a full or closed disk into this package's."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(
                f"The disk took no more of {what} at {error.filename or folder}: {error.strerror}. What was "
                f"finished is kept; free some space and run the command again, or set {HOME_VARIABLE} to a "
                "folder on another disk."
            ) from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}:
            raise FolderUnwritable(
                f"Cannot write {what} at {error.filename or folder}: {error.strerror}. "
                f"Make the folder writable, or set {HOME_VARIABLE} to one that is."
            ) from error
        raise


def _is_right(path: Path, file: CatalogueFile) -> bool:
    return path.is_file() and not complaint(path, file)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
