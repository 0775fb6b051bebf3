"""What a disk may hold after the power went: a folder's files, rebuilt from recorded changes.

The model. A file's bytes are safe once an `fsync` of that file came back; a name (a file made, renamed
or removed) once an `fsync` of its folder did. Of what was written to a file since its last `fsync`, each
sector of each write is there or not, independently; so is each change of its size, and a size may have
grown over sectors that never came: those read as zeros. Writes to different files keep no order. Bytes
beside a write, in the same sector, are never harmed ("powersafe overwrite", which SQLite assumes too), and
a sector is written whole or not at all. Of the names that were not made safe, either a beginning of the
changes in their order is there, as a journalling file system has it, or each is or is not.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from torture.recording import (
    Change,
    Closed,
    FolderMade,
    Marked,
    Opened,
    Renamed,
    Resized,
    Synced,
    Unlinked,
    Written,
)


@dataclass(slots=True)
class _File:
    """Bytes that are safe, and changes since."""

    safe: bytearray = field(default_factory=bytearray)
    unsafe: list[Written | Resized] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.unsafe:
            _apply(self.safe, change)
        self.unsafe.clear()


@dataclass(frozen=True, slots=True)
class _NameChange:
    path: str
    target: str | None = None
    file: _File | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """How much of what is not safe survives, and how it is cut. `kept` is a share, 0 to 1."""

    kept: float
    sector: int
    names_in_order: bool
    sizes_grow: bool


def random_loss(chance: random.Random) -> Loss:
    """Nothing kept, everything kept, or anything between."""
    return Loss(
        kept=chance.choice((0.0, 1.0, chance.random(), chance.random())),
        sector=chance.choice((512, 4096)),
        names_in_order=chance.random() < 0.5,
        sizes_grow=chance.random() < 0.5,
    )


class Disk:
    """A folder's files while changes are made to them. Paths are absolute."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """These files are safe."""
        self._safe_names = {path: _File(bytearray(data)) for path, data in files.items()}
        self._names = dict(self._safe_names)
        self._unsafe_names: list[_NameChange] = []
        self._open: dict[int, tuple[str, _File | None]] = {}

    def change(self, changes: Iterable[Change]) -> None:
        """Make these changes, in order."""
        for change in changes:
            self._change(change)

    def after(self, loss: Loss, chance: random.Random) -> dict[str, bytes]:
        """What is found after the power went at this point. The disk itself stays as it is."""
        names = dict(self._safe_names)
        for change in self._surviving(loss, chance):
            _rename(names, change)
        return {path: _survivor(file, loss, chance) for path, file in names.items()}

    def _change(self, change: Change) -> None:
        match change:
            case Opened(descriptor, path, flags):
                self._open_file(descriptor, path, flags)
            case Written(descriptor) | Resized(descriptor):
                self._file(descriptor).unsafe.append(change)
            case Synced(descriptor):
                self._sync(descriptor)
            case Renamed(path, target):
                file = self._names.pop(path)
                self._names[target] = file
                self._unsafe_names.append(_NameChange(path, target, file))
            case Unlinked(path):
                if self._names.pop(path, None) is not None:
                    self._unsafe_names.append(_NameChange(path))
            case Closed(descriptor):
                self._open.pop(descriptor, None)
            case FolderMade() | Marked():
                pass

    def _open_file(self, descriptor: int, path: str, flags: int) -> None:
        file = self._names.get(path)
        if file is None and flags & os.O_CREAT and flags & os.O_DIRECTORY != os.O_DIRECTORY:
            file = self._names[path] = _File()
            self._unsafe_names.append(_NameChange(path, file=file))
        elif file is not None and flags & os.O_TRUNC:
            file.unsafe.append(Resized(descriptor, 0))
        self._open[descriptor] = path, file

    def _sync(self, descriptor: int) -> None:
        path, file = self._open[descriptor]
        if file is not None:
            file.sync()
            return
        # A folder: the names in it are safe. Those elsewhere are as they were.
        inside = [change for change in self._unsafe_names if os.path.dirname(change.path) == path]  # noqa: PTH120
        for change in inside:
            _rename(self._safe_names, change)
            self._unsafe_names.remove(change)

    def _file(self, descriptor: int) -> _File:
        path, file = self._open[descriptor]
        if file is None:
            raise ValueError(f"The recording writes to {path}, which it never made.")
        return file

    def _surviving(self, loss: Loss, chance: random.Random) -> list[_NameChange]:
        if loss.names_in_order:
            count = round(loss.kept * len(self._unsafe_names))
            return self._unsafe_names[:count]
        return [change for change in self._unsafe_names if chance.random() < loss.kept]


def _rename(names: dict[str, _File], change: _NameChange) -> None:
    if change.target is not None or change.file is None:
        names.pop(change.path, None)
    if change.file is not None:
        names[change.target or change.path] = change.file


def _survivor(file: _File, loss: Loss, chance: random.Random) -> bytes:
    found = bytearray(file.safe)
    size = len(found)
    for change in file.unsafe:
        if isinstance(change, Resized):
            if chance.random() < loss.kept:
                _apply(found, change)
                size = change.size
            continue
        size = max(size, change.offset + len(change.data))
        for piece in _sectors(change, loss.sector):
            if chance.random() < loss.kept:
                _apply(found, piece)
    if loss.sizes_grow and size > len(found):
        found.extend(bytes(size - len(found)))
    return bytes(found)


def _sectors(change: Written, sector: int) -> Iterable[Written]:
    start, end = change.offset, change.offset + len(change.data)
    while start < end:
        stop = min(end, (start // sector + 1) * sector)
        yield Written(change.descriptor, start, change.data[start - change.offset : stop - change.offset])
        start = stop


def _apply(data: bytearray, change: Written | Resized) -> None:
    if isinstance(change, Resized):
        if change.size < len(data):
            del data[change.size :]
        else:
            data.extend(bytes(change.size - len(data)))
        return
    if change.offset > len(data):
        data.extend(bytes(change.offset - len(data)))
    data[change.offset : change.offset + len(change.data)] = change.data
