"""Between pictures and the arrays that networks take and give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.errors import GenerationFailed
from generators.image.decoder_sidecar import DecoderDescription

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image


def pixels_of(picture: Image, about: DecoderDescription) -> NDArray[np.float32]:
    """Float32 [1, channels, height, width] in the network's size and range."""
    import numpy as np

    resized = picture.convert("RGB" if about.channels == 3 else "L").resize(about.size)
    shares = np.asarray(resized, dtype=np.float32).reshape(*about.size[::-1], about.channels) / np.float32(
        255
    )
    scaled = shares * np.float32(about.highest - about.lowest) + np.float32(about.lowest)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None], dtype=np.float32)


def picture_of(made: NDArray[np.float32], about: DecoderDescription) -> Image:
    """An RGB picture of [1, 3 or 1, height, width]. Raises GenerationFailed for another shape."""
    import numpy as np
    from PIL import Image

    if made.ndim != 4 or made.shape[0] != 1 or made.shape[1] not in (1, 3):
        raise GenerationFailed(
            f"The network {about.title} gave an array of shape {made.shape}; [1, 3 or 1, height, width] was "
            "expected."
        )
    shares = (made[0].transpose(1, 2, 0) - about.lowest) / (about.highest - about.lowest)
    values = np.clip(np.nan_to_num(shares) * 255 + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(values if values.shape[2] == 3 else np.repeat(values, 3, axis=2))
