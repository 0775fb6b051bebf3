"""Where a made file is to lie: asked before the work, which takes minutes, and not after it."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

from generators.errors import RequestUnusable


def check_place(path: Path, *, overwrite: bool) -> None:
    """Raises RequestUnusable for a file that is there already, and for a folder that takes no new file.

    Where the folder is not there yet, the nearest one above it is asked; nothing is left behind.
    """
    if path.is_dir():
        raise RequestUnusable(f"{path} is a folder. Name a file in it.")
    if path.exists() and not overwrite:
        raise RequestUnusable(
            f"{path} is there already. Name another, or allow to overwrite it (--overwrite, from Python "
            "overwrite=True)."
        )
    folder = folder_above(path)
    try:
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "it is a file")
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise RequestUnusable(
            f"{path} cannot be written: {folder} takes no new file ({error.strerror or error}). Name another "
            "folder."
        ) from error


def folder_above(path: Path) -> Path:
    """The nearest thing above the file that is there: folders below it are made with the file."""
    return next(above for above in path.absolute().parents if above.exists())
