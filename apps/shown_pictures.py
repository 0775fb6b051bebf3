"""Pictures at the size that a page shows them: made smaller once, not at every click."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from apps.errors import FaceError

if TYPE_CHECKING:
    from PIL import Image

#: What a browser is given: Streamlit would make the one of the other at every click if it were not told.
PictureFormat = Literal["PNG", "JPEG"]

_QUALITY = 88
#: Below what Pillow warns of. Three bytes each: nobody's memory is filled by looking at a folder.
_MOST_PIXELS = 80_000_000


class PictureNotShown(FaceError):
    """Says why a picture cannot be shown: it is none, is damaged, or far too large."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """`content` is None where the file's own bytes will do."""

    kind: PictureFormat
    content: bytes | None = None


def shown_picture(path: Path, most_width: int) -> tuple[bytes, PictureFormat]:
    """The file's picture, at most so many pixels wide: its own bytes where these will do, note and all.

    Raises PictureNotShown, and OSError for what is gone or may not be read.
    """
    status = path.stat()
    shown = _shown(path, most_width, status.st_mtime_ns, status.st_size)
    if isinstance(shown, str):
        raise PictureNotShown(shown)
    return path.read_bytes() if shown.content is None else shown.content, shown.kind


@lru_cache(maxsize=128)
def _shown(
    path: Path,
    most_width: int,
    changed_ns: int,  # noqa: ARG001 - a key
    size_bytes: int,  # noqa: ARG001 - a key
) -> _Shown | str:
    """What is shown, or in words why nothing is: a damaged file is not tried anew at every click."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return _too_large(f"{picture.width:,} x {picture.height:,} pixels")
            return _made_smaller(picture, most_width)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return _too_large("far more pixels than that")
    except MemoryError:
        return (
            "There is not enough memory to open this picture. Close something, or make the picture smaller."
        )
    except OSError as error:
        if error.errno is not None:
            raise
        return _damaged(error)
    except Exception as error:  # noqa: BLE001 - Pillow's decoders complain of damage in many ways
        return _damaged(error)


def _made_smaller(picture: Image.Image, most_width: int) -> _Shown:
    if picture.width <= most_width and (picture.format == "PNG" or picture.format == "JPEG"):
        picture.load()  # a browser says nothing of what is damaged
        return _Shown("PNG" if picture.format == "PNG" else "JPEG")
    from PIL.Image import Resampling

    clear = picture.has_transparency_data
    whole = picture.convert("RGBA" if clear else "RGB")
    if whole.width > most_width:
        height = max(1, round(whole.height * most_width / whole.width))
        whole = whole.resize((most_width, height), Resampling.LANCZOS)
    out = io.BytesIO()
    kind: PictureFormat = "PNG" if clear else "JPEG"
    whole.save(out, kind, quality=_QUALITY)
    return _Shown(kind, out.getvalue())


def _too_large(size: str) -> str:
    return (
        f"Pictures of up to {_MOST_PIXELS // 10**6} million pixels are shown here; this one has {size}. "
        "Open the file with another program, or delete it."
    )


def _damaged(error: Exception) -> str:
    return f"The file is damaged or no picture ({error}). Make it again, or delete it."
