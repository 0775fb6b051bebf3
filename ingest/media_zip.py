"""What a zip is, told from its members: an archive, an office document or an e-book."""

from __future__ import annotations

import io
import mmap
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, TypeAlias

from ingest.media_types import DOCX, EPUB, ODP, ODS, ODT, PPTX, UNKNOWN, XLSX, ZIP

#: A file's bytes, in memory or on the disk.
Bytes: TypeAlias = bytes | mmap.mmap

_FOLDERS = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX), ("META-INF/container.xml", EPUB))
_DECLARED = (EPUB, ODT, ODS, ODP)  # templates and the like have names that begin with these
_OFFICE_MEMBER = "[Content_Types].xml"
_OFFICE_SUFFIXES = {
    **dict.fromkeys((".docx", ".docm", ".dotx"), DOCX),
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx", ".xlsb"), XLSX),
    **dict.fromkeys((".pptx", ".pptm", ".potx", ".ppsx"), PPTX),
}
_MEMBER_START = b"PK\x03\x04"
_ANY_START = b"PK"
_HEADER_BYTES = 30
_LENGTH_COMES_LATER = 8  # a flag
_MOST_SEARCHED = 64 * 1024 * 1024  # bytes, for members that no directory lists


def kind_of_zip(data: Bytes, suffix: str = "", *, file: BinaryIO | None = None, is_whole: bool = True) -> str:
    """The kind. `file` holds the same bytes, where they are not in memory; `suffix` is of the file's name.

    With `is_whole` false only the beginning is there, and `UNKNOWN` is the answer where it tells nothing.
    """
    names, declared = _listed(file or io.BytesIO(data)) if is_whole else ([], "")
    kind = _kind(declared, names)
    if kind is None and (not names or _OFFICE_MEMBER in names):
        # Damaged or cut short: whatever its directory says, each member still begins with its name.
        names += _names_at_members(data)
        if names[:1] == ["mimetype"]:
            declared = data[38:166].decode("ascii", errors="replace")
        kind = _kind(declared, names)
    if kind is not None:
        return kind
    if not is_whole:
        return UNKNOWN
    return _OFFICE_SUFFIXES.get(suffix, ZIP) if _OFFICE_MEMBER in names else ZIP


def _listed(file: BinaryIO) -> tuple[list[str], str]:
    """The members' names as the directory has them, and what kind the file declares itself."""
    names: list[str] = []
    declared = ""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    declared = member.read(128).decode("ascii", errors="replace").strip()
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError):
        pass  # what was found so far is what there is
    return names, declared


def _kind(declared: str, names: list[str]) -> str | None:
    for media_type in _DECLARED:
        if declared.startswith(media_type):
            return media_type
    for folder, media_type in _FOLDERS:
        if any(name.startswith(folder) for name in names):
            return media_type
    return None


def _names_at_members(data: Bytes) -> Iterator[str]:
    """The names that members begin with, those of zips inside this one left out as far as can be told."""
    position = data.find(_MEMBER_START, 0, _MOST_SEARCHED)
    while position >= 0:
        header = data[position : position + _HEADER_BYTES]
        flags, packed, name_bytes, extra_bytes = (
            int.from_bytes(header[start:end], "little")
            for start, end in ((6, 8), (18, 22), (26, 28), (28, 30))
        )
        content = position + _HEADER_BYTES + name_bytes + extra_bytes
        yield data[position + _HEADER_BYTES : content - extra_bytes].decode("utf-8", errors="replace")
        follows = content + packed
        if not flags & _LENGTH_COMES_LATER:
            after = data[follows : follows + 4]
            if after == _MEMBER_START:
                position = follows
                continue
            if follows >= len(data) or after.startswith(_ANY_START):
                return
        position = data.find(_MEMBER_START, position + 4, _MOST_SEARCHED)
