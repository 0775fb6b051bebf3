"""What a ZIP file holds: by the directory at its end or, without that, by what stands before each member."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.loaders.archive_members import DAMAGE, Member, Stream
from ingest.loaders.archive_salvage import salvaged

_ENCRYPTED = 0x1
_AES = 99  # stands where the way of packing is named; the true one is in the extra field


@dataclass(frozen=True, slots=True)
class Listing:
    """What an archive holds, folders left out. `damage` says what is wrong with it as a whole."""

    members: tuple[Member, ...]
    damage: str | None = None


@contextmanager
def listed(file: Path) -> Iterator[Listing]:
    """The members of a ZIP file, open as long as the context lasts. Of a damaged one, those still found."""
    try:
        archive = zipfile.ZipFile(file)
    except DAMAGE as error:
        with salvaged(file) as members:
            yield Listing(members, str(error))
        return
    with archive:
        yield Listing(
            tuple(
                _member(archive, file, index, info)
                for index, info in enumerate(archive.infolist())
                if not info.is_dir()
            )
        )


def _member(archive: zipfile.ZipFile, file: Path, index: int, info: zipfile.ZipInfo) -> Member:
    def opened(password: bytes | None) -> Stream:
        if info.compress_type == _AES:
            return _opened_with_aes(file, index, password)
        return archive.open(info, pwd=password)

    return Member(
        info.filename,
        info.external_attr >> 16,
        info.compress_size,
        bool(info.flag_bits & _ENCRYPTED),
        opened,
    )


def _opened_with_aes(file: Path, index: int, password: bytes | None) -> Stream:
    from ingest.loaders.archive_aes import AesMember

    return AesMember(file, index, password)
