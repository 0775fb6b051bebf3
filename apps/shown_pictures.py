"""Pictures at the size that a page shows them: made smaller once, not at every click."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Literal

#: What a browser is given: Streamlit would make the one of the other at every click if it were not told.
PictureFormat = Literal["PNG", "JPEG"]

_QUALITY = 88


def shown_picture(path: Path, most_width: int) -> tuple[bytes, PictureFormat]:
    """The file's picture, at most so many pixels wide: its own bytes where these will do, note and all.

    Raises OSError for what is gone or no picture, ValueError for one that is far too large.
    """
    status = path.stat()
    smaller = _smaller(path, most_width, status.st_mtime_ns, status.st_size)
    if isinstance(smaller, str):
        return path.read_bytes(), smaller
    return smaller


@lru_cache(maxsize=128)
def _smaller(
    path: Path,
    most_width: int,
    changed_ns: int,  # noqa: ARG001 - a key
    size_bytes: int,  # noqa: ARG001 - a key
) -> tuple[bytes, PictureFormat] | PictureFormat:
    """The smaller picture, or the format of a file that is small enough."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            if picture.width <= most_width and (picture.format == "PNG" or picture.format == "JPEG"):
                return "PNG" if picture.format == "PNG" else "JPEG"
            clear = picture.has_transparency_data
            whole = picture.convert("RGBA" if clear else "RGB")
    except Image.DecompressionBombError as error:
        raise ValueError(str(error)) from error
    if whole.width > most_width:
        height = max(1, round(whole.height * most_width / whole.width))
        whole = whole.resize((most_width, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    kind: PictureFormat = "PNG" if clear else "JPEG"
    whole.save(out, kind, quality=_QUALITY)
    return out.getvalue(), kind
