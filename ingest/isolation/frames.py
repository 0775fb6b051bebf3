"""Messages on a pipe: four bytes of length, then that much JSON. Never pickle: a child is not trusted."""

from __future__ import annotations

import json
import struct
from typing import BinaryIO, NoReturn

#: A longer frame is neither written nor read. A page of text takes some thousands of bytes.
MOST_FRAME_BYTES = 32 * 1024 * 1024

_LENGTH = struct.Struct(">I")


class FrameTooLong(ValueError):
    """What was to be said takes more than a frame holds."""


def write_frame(stream: BinaryIO, message: object) -> None:
    """Write one message. Raises `FrameTooLong` before anything is written, and OSError with the pipe gone."""
    # Lone surrogates stand for the bytes of file names that are no UTF-8, and must arrive as they are.
    data = json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(
        "utf-8", "surrogatepass"
    )
    if len(data) > MOST_FRAME_BYTES:
        raise FrameTooLong(f"a message of {len(data)} bytes is longer than {MOST_FRAME_BYTES}")
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame's bytes, not yet looked into; None where the stream ends, in mid-frame or between two.

    Raises ValueError for a length beyond `MOST_FRAME_BYTES`.
    """
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    length: int = _LENGTH.unpack(prefix)[0]
    if length > MOST_FRAME_BYTES:
        raise ValueError(f"a frame claims {length} bytes")
    data = stream.read(length)
    return data if len(data) == length else None


def parse_frame(data: bytes) -> object:
    """The message in a frame. Raises ValueError for anything that is not JSON."""
    try:
        message: object = json.loads(data.decode("utf-8", "surrogatepass"), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("a message is nested too deeply") from error
    return message


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
