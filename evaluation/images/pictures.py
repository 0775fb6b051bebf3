"""The pictures of a folder, one after another, whatever their sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.errors import NothingToMeasure

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


class PictureDamaged(ValueError):
    """Why a picture cannot be read, in words."""


@dataclass(frozen=True, slots=True)
class PictureFolder:
    """A folder and its pictures, (name within it, path), sorted by name."""

    folder: Path
    files: tuple[tuple[str, Path], ...]


def find_pictures(folder: Path) -> PictureFolder:
    """All pictures in the folder and the folders in it, but hidden ones. Raises NothingToMeasure."""
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "is not there"
        raise NothingToMeasure(f"{folder} {what}; name a folder of pictures.")
    files = tuple(
        (path.relative_to(folder).as_posix(), path)
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not files:
        raise NothingToMeasure(f"There is no picture in {folder} ({', '.join(SUFFIXES)}).")
    return PictureFolder(folder, files)


def read_picture(path: Path) -> Image:
    """As RGB, turned as its camera says; of an animation the first picture, of 16 bits the upper 8. Raises
    PictureDamaged."""
    import warnings

    import numpy as np
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # twice as large is an error
            with Image.open(path) as picture:
                turned: Image.Image = ImageOps.exif_transpose(picture)
                if turned.mode.startswith("I"):  # grey of 16 bits, which Pillow would cut at 255
                    upper = np.clip(np.asarray(turned, dtype=np.int64) >> 8, 0, 255)
                    turned = Image.fromarray(upper.astype(np.uint8))
                return turned.convert("RGB")
    except Exception as error:  # decoders let out many kinds for damaged pictures
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise PictureDamaged(f"it is no picture that can be read, or is damaged ({reason})") from error


def batches(folder: PictureFolder, size: int) -> Iterator[list[tuple[str, Path]]]:
    """The files, `size` at a time."""
    for start in range(0, len(folder.files), size):
        yield list(folder.files[start : start + size])
