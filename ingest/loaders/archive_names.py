"""The names of files in archives: shown clean, told apart, and never used as places on the disk."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from ingest.loaders.characters import clean

_DRIVE = re.compile(r"^[A-Za-z]:")
_SYSTEM = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_OFFICE_LOCK = "~$"
_LONGEST_PART = 200


def shown_name(stored: str) -> str:
    """The name within the archive as people read it: parts between slashes, none of which leads elsewhere."""
    text = clean(_as_meant(stored)).replace("\n", " ").replace("\t", " ").replace("\\", "/")
    parts = [part.strip() for part in _DRIVE.sub("", text).split("/")]
    kept = [part[:_LONGEST_PART] for part in parts if part not in ("", ".", "..")]
    return "/".join(kept) or "unnamed"


def is_passed_over(name: str) -> bool:
    """Whether a shown name is that of something hidden, or kept by a system or an office program."""
    return any(part.startswith((".", _OFFICE_LOCK)) or part.lower() in _SYSTEM for part in name.split("/"))


class DistinctNames:
    """Tells apart what a file system might not: equal names, and ones equal but for case or composition."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """The name, or the name with the first free number behind it."""
        path, number, distinct = PurePosixPath(name), 1, name
        while (key := unicodedata.normalize("NFC", distinct).casefold()) in self._taken:
            number += 1
            distinct = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        self._taken.add(key)
        return distinct


def _as_meant(stored: str) -> str:
    """Names without the mark for UTF-8 are read as code page 437, though many programs write UTF-8."""
    if stored.isascii():
        return stored
    try:
        return stored.encode("cp437").decode("utf-8")
    except UnicodeError:
        return stored
