"""What models made here: files in one folder of the data home, each with the note of how it was made."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from apps.errors import FaceError
from machine import data_home

if TYPE_CHECKING:
    from generators.making import Making

Kind = Literal["picture", "sound"]

#: What is shown, and the type a browser is told; all else in the folder is left alone.
MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
}


class MadeFileStays(FaceError):
    """Names a made file that could not be deleted, and says why."""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """One file. `making` is None where the file does not say how it was made; `problem` says why not."""

    path: Path
    kind: Kind
    size_bytes: int
    making: Making | None
    problem: str | None = None

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.path.suffix.lower()]


def made_folder() -> Path:
    """Where the page's tools put what they make; it may not be there yet."""
    return data_home() / "made"


def made_paths(folder: Path) -> tuple[Path, ...]:
    """The pictures and sounds of the folder, the newest first. Links are left out."""
    try:
        entries = [entry for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False)]
    except OSError:
        return ()
    shown = [entry for entry in entries if Path(entry.name).suffix.lower() in MEDIA_TYPES]
    shown = [entry for entry in shown if not entry.name.startswith(".")]  # one that is being written
    return tuple(Path(entry.path) for entry in sorted(shown, key=_age, reverse=True))


def made_file(path: Path) -> MadeFile | None:
    """What the file says of itself; None where it is gone. Files that stay as they are are read once."""
    try:
        status = path.stat()
    except OSError:
        return None
    return _read(path, status.st_mtime_ns, status.st_size)


def delete_made(path: Path) -> None:
    """Remove a file that a model made here; one that is gone already is fine.

    Raises MadeFileStays for a path that is none of the folder's pictures and sounds, and where the file
    system says no.
    """
    if path.parent != made_folder() or path.suffix.lower() not in MEDIA_TYPES:
        raise MadeFileStays(f"{path} is none of the pictures and sounds in {made_folder()}, so it stays.")
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise MadeFileStays(f"{path} could not be deleted: {error.strerror or error}") from error


def _age(entry: os.DirEntry[str]) -> tuple[int, str]:
    try:
        return entry.stat(follow_symlinks=False).st_mtime_ns, entry.name
    except OSError:
        return 0, entry.name


@lru_cache(maxsize=2000)
def _read(path: Path, changed_ns: int, size_bytes: int) -> MadeFile:  # noqa: ARG001 - a key
    from generators.audio.sound_files import read_note as read_sound_note
    from generators.errors import GeneratorError
    from generators.image.picture_files import read_note as read_picture_note
    from generators.making import NoteUnreadable

    kind: Kind = "picture" if MEDIA_TYPES[path.suffix.lower()].startswith("image/") else "sound"
    read = read_picture_note if kind == "picture" else read_sound_note
    try:
        return MadeFile(path, kind, size_bytes, read(path))
    except (NoteUnreadable, GeneratorError, OSError) as error:
        return MadeFile(path, kind, size_bytes, None, str(error))
