"""What surrounds the drawing of a picture's parts: canvases that are larger, and pixels put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.image.protocol import Inpainting, Outpainting, Size

if TYPE_CHECKING:
    from PIL.Image import Image

_WHITE = 255


def outpainting_canvas(start: Outpainting) -> Inpainting:
    """The larger picture, with the edges' pixels drawn out, and a mask that is white beyond the old edges."""
    import numpy as np
    from PIL import Image

    margins = ((start.top, start.bottom), (start.left, start.right))
    pixels = np.asarray(start.picture.convert("RGB"))
    canvas = np.pad(pixels, (*margins, (0, 0)), mode="edge")
    mask = np.pad(np.zeros(pixels.shape[:2], dtype=np.uint8), margins, constant_values=_WHITE)
    return Inpainting(Image.fromarray(canvas), Image.fromarray(mask))


def pasted_outside(made: Image, start: Inpainting) -> Image:
    """The made picture with the start's own pixels wherever its mask is black. Both are of one size."""
    from PIL import Image

    return Image.composite(made.convert("RGB"), start.picture.convert("RGB"), start.mask.convert("L"))


def padded(picture: Image, multiple: int) -> Image:
    """The picture made larger to the right and below, by its edges' pixels, to sides an engine takes."""
    import numpy as np
    from PIL import Image

    pixels = np.asarray(picture)
    below, right = -picture.height % multiple, -picture.width % multiple
    if not below and not right:
        return picture
    margins = ((0, below), (0, right)) + ((0, 0),) * (pixels.ndim - 2)
    return Image.fromarray(np.pad(pixels, margins, mode="edge"))


def cropped(picture: Image, size: Size) -> Image:
    """The upper left of that size: the reverse of `padded`."""
    return picture if picture.size == size else picture.crop((0, 0, *size))
