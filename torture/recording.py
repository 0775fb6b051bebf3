"""What `disk.c` recorded, as values."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = struct.Struct("<B3xiqII")


@dataclass(frozen=True, slots=True)
class Opened:
    """A file or folder was opened; the descriptor stands for it until it is closed."""

    descriptor: int
    path: str
    flags: int


@dataclass(frozen=True, slots=True)
class Written:
    descriptor: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    descriptor: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """`fsync` or `fdatasync` came back without an error."""

    descriptor: int


@dataclass(frozen=True, slots=True)
class Renamed:
    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Unlinked:
    path: str


@dataclass(frozen=True, slots=True)
class FolderMade:
    path: str


@dataclass(frozen=True, slots=True)
class Closed:
    descriptor: int


@dataclass(frozen=True, slots=True)
class Marked:
    """The recorded process said something: here, that a path is acknowledged."""

    text: str


Change = Opened | Written | Resized | Synced | Renamed | Unlinked | FolderMade | Closed | Marked


def read_recording(data: bytes) -> Iterator[Change]:
    """The changes in their order. Raises ValueError where the recording is cut off or of another kind."""
    place = 0
    while place < len(data):
        try:
            kind, descriptor, number, first_length, second_length = _HEAD.unpack_from(data, place)
        except struct.error as error:
            raise ValueError(f"The recording ends within a head at byte {place}.") from error
        place += _HEAD.size
        first, place = data[place : place + first_length], place + first_length
        second, place = data[place : place + second_length], place + second_length
        if place > len(data):
            raise ValueError("The recording ends within a change.")
        yield _change(kind, descriptor, number, first, second)


def _change(kind: int, descriptor: int, number: int, first: bytes, second: bytes) -> Change:
    match kind:
        case 1:
            return Opened(descriptor, os.fsdecode(first), number)
        case 2:
            return Written(descriptor, number, first)
        case 3:
            return Resized(descriptor, number)
        case 4:
            return Synced(descriptor)
        case 5:
            return Renamed(os.fsdecode(first), os.fsdecode(second))
        case 6:
            return Unlinked(os.fsdecode(first))
        case 7:
            return FolderMade(os.fsdecode(first))
        case 8:
            return Closed(descriptor)
        case 9:
            return Marked(os.fsdecode(first))
    raise ValueError(f"The recording holds a change of unknown kind {kind}.")
