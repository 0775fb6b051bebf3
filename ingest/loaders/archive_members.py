"""A member of an archive: its name, and its bytes under whichever password fits."""

from __future__ import annotations

import errno
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from ingest.errors import IngestError

#: What a damaged member, or one packed in a way that is not known here, makes of its reader.
DAMAGE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)
_CHUNK_BYTES = 1024 * 1024

#: The bytes of a member, unpacked.
Stream = IO[bytes] | io.BufferedIOBase


class Locked(IngestError):
    """A member opens with none of the passwords. Never leaves the loaders of archives."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive. `stored_name` is as the archive has it, `mode` the Unix kind and rights, or 0."""

    stored_name: str
    mode: int
    packed_bytes: int
    encrypted: bool
    #: Opens it with a password. Raises RuntimeError for a wrong one and any of `DAMAGE`.
    open: Callable[[bytes | None], Stream]


def chunks(member: Member, passwords: Sequence[str]) -> Iterator[bytes | None]:
    """The member's bytes piece by piece. None: what came so far was wrong, it begins anew.

    Raises `Locked` where no password fits, and any of `DAMAGE`.
    """
    if not member.encrypted:
        yield from _chunks(member, None)
        return
    for password in passwords:
        try:
            yield from _chunks(member, password.encode("utf-8", "surrogateescape"))
        except DAMAGE as error:
            if isinstance(error, NotImplementedError):
                raise
            yield None  # one in 256 wrong passwords looks right until the end
        else:
            return
    raise Locked(
        "none of the passwords given opens it. Give its own with --password."
        if passwords
        else "give it with --password, or unpack the archive yourself."
    )


def _chunks(member: Member, password: bytes | None) -> Iterator[bytes]:
    try:
        with member.open(password) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                yield chunk
    except OSError as error:
        if error.errno != errno.EINVAL:  # the disk's trouble
            raise
        raise zipfile.BadZipFile("it is said to lie where no file reaches") from error
