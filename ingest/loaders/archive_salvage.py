"""What can still be had from a ZIP file whose directory, at its end, is missing or damaged.

Before each member stands a header of its own: signature, flags, way of packing, checksum, sizes, name.
"""

from __future__ import annotations

import io
import mmap
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from ingest.loaders.archive_members import Member

_SIGNATURE = b"PK\x03\x04"
_HEADER = struct.Struct("<4s5H3L2H")
_ENCRYPTED, _SIZES_FOLLOW, _UTF_8 = 0x1, 0x8, 0x800
_CHUNK_BYTES = 65_536


@contextmanager
def salvaged(file: Path) -> Iterator[tuple[Member, ...]]:
    """The members whose headers are found, folders left out."""
    with ExitStack() as stack:
        opened = stack.enter_context(file.open("rb"))
        try:
            data = stack.enter_context(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
        except ValueError:  # not a single byte
            yield ()
            return
        yield tuple(_members(data))


def _members(data: mmap.mmap) -> Iterator[Member]:
    position = data.find(_SIGNATURE)
    while position >= 0 and position + _HEADER.size <= len(data):
        header = _HEADER.unpack(data[position : position + _HEADER.size])
        flags, method, checksum, packed, name_length, extra_length = *header[2:4], *header[6:8], *header[9:]
        name_start = position + _HEADER.size
        start = name_start + name_length + extra_length
        name = data[name_start : name_start + name_length].decode(
            "utf-8" if flags & _UTF_8 else "cp437", "replace"
        )
        following = data.find(_SIGNATURE, start if flags & _SIZES_FOLLOW else start + packed)
        if flags & _SIZES_FOLLOW:
            packed = (following if following >= 0 else len(data)) - start
        if name and not name.endswith("/") and start < len(data):
            expected = None if flags & _SIZES_FOLLOW else checksum
            yield Member(
                name,
                0,
                packed,
                bool(flags & _ENCRYPTED),
                partial(_opened, data, start, packed, method, expected, bool(flags & _ENCRYPTED)),
            )
        position = following


def _opened(
    data: mmap.mmap,
    start: int,
    packed: int,
    method: int,
    checksum: int | None,
    encrypted: bool,
    _password: bytes | None,
) -> io.BufferedIOBase:
    if encrypted:
        raise NotImplementedError("it is encrypted, and the archive's directory is missing")
    if method == zipfile.ZIP_DEFLATED:
        return _Stream(data, start, packed, zlib.decompressobj(-zlib.MAX_WBITS), checksum)
    if method == zipfile.ZIP_STORED and checksum is not None:
        return _Stream(data, start, packed, None, checksum)
    raise NotImplementedError("it is packed in a way that needs the archive's directory")


class _Stream(io.BufferedIOBase):
    """A member's bytes, unpacked. What is read is whole: its end is told only when its checksum fits."""

    def __init__(
        self,
        data: mmap.mmap,
        start: int,
        packed: int,
        unpacker: zlib._Decompress | None,
        checksum: int | None,
    ) -> None:
        self._data = data
        self._position, self._end = start, start + packed
        self._unpacker = unpacker
        self._expected = checksum
        self._checksum = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        most = size if size and size > 0 else _CHUNK_BYTES
        piece = self._stored(most) if self._unpacker is None else self._unpacked(self._unpacker, most)
        self._checksum = zlib.crc32(piece, self._checksum)
        if not piece and self._expected not in (None, self._checksum):
            raise zipfile.BadZipFile("its checksum does not fit")
        return piece

    def _stored(self, most: int) -> bytes:
        piece = self._data[self._position : min(self._position + most, self._end)]
        if not piece and self._position < self._end:
            raise EOFError("its end is missing")
        self._position += len(piece)
        return piece

    def _unpacked(self, unpacker: zlib._Decompress, most: int) -> bytes:
        while not unpacker.eof:
            packed = (
                unpacker.unconsumed_tail
                or self._data[self._position : min(self._position + _CHUNK_BYTES, self._end)]
            )
            if not unpacker.unconsumed_tail:
                self._position += len(packed)
            piece = unpacker.decompress(packed, most)
            if piece:
                return piece
            if not packed:
                raise EOFError("its end is missing")
        return b""
