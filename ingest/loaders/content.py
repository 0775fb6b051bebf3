"""A file's bytes, read once: what is hashed is what is parsed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import EmptyFile, UnreadableFile


@dataclass(frozen=True, slots=True)
class FileOnDisk:
    """A file whose bytes stay on the disk until they are wanted.

    `path` is the name it is known by, `file` where its bytes lie: for a member of an archive those differ.
    """

    path: Path
    file: Path
    sha256: str
    size_bytes: int

    @property
    def name(self) -> str:
        """The file's name as messages show it."""
        return self.path.name

    @property
    def suffix(self) -> str:
        """The name's last part in lower case with its dot (`.md`), or an empty text."""
        return self.path.suffix.lower()


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file at one moment. `sha256` is that of `data`, and the identity of the document it becomes."""

    path: Path
    data: bytes
    sha256: str

    @property
    def name(self) -> str:
        """The file's name as messages show it."""
        return self.path.name

    @property
    def suffix(self) -> str:
        """The name's last part in lower case with its dot (`.md`), or an empty text."""
        return self.path.suffix.lower()


def read_content(path: Path) -> FileContent:
    """Read a file whole.

    Raises `EmptyFile` for one of zero bytes and `UnreadableFile` where it is missing or not allowed.
    """
    try:
        data = path.read_bytes()
    except PermissionError as error:
        raise UnreadableFile(
            f"{path.name} may not be read by this user. Give yourself permission to read it, then try again."
        ) from error
    except FileNotFoundError as error:
        raise UnreadableFile(f"{path.name} is no longer there. Check the path {path}.") from error
    except OSError as error:
        raise UnreadableFile(
            f"{path.name} could not be read: {error.strerror or error}. Check the disk it lies on."
        ) from error
    if not data:
        raise EmptyFile(f"{path.name} is empty: it holds no byte at all. Check where it was copied from.")
    return FileContent(path, data, hashlib.sha256(data).hexdigest())
