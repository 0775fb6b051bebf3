"""The extractor for tests and for trying things out: no model, colours alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaluation.images.protocol import Extracted
from generators.errors import GenerationFailed

if TYPE_CHECKING:
    from PIL.Image import Image

    from evaluation.images.protocol import Features

_SIDE = 2


class PixelExtractor:
    """A FeatureExtractor that sees the mean colours of a picture's quarters: 12 dimensions, each 0..1.

    Its classes are red, green and blue: as probable as their shares of the picture's light.
    """

    def __init__(self) -> None:
        self._closed = False

    @property
    def id(self) -> str:
        return "pixels"

    @property
    def sha256(self) -> str | None:
        return None

    def extract(self, pictures: Sequence[Image]) -> Extracted:
        import numpy as np
        from PIL.Image import Resampling

        if self._closed:
            raise GenerationFailed("This extractor was closed. Build a new one.")
        small = [np.asarray(picture.resize((_SIDE, _SIDE), Resampling.BOX)) for picture in pictures]
        colours = np.stack(small).astype(np.float64) / 255
        light = colours.mean(axis=(1, 2)) + 1e-9  # black is of every class alike
        return Extracted(colours.reshape(len(pictures), -1), light / light.sum(axis=1, keepdims=True))

    def close(self) -> None:
        self._closed = True


class ColourWords:
    """An ImageTextModel that knows red, green and blue, in pictures and by name."""

    def __init__(self, most_tokens: int = 8) -> None:
        self.most_tokens = most_tokens

    @property
    def id(self) -> str:
        return "colour-words"

    @property
    def sha256(self) -> str | None:
        return None

    def is_too_long(self, text: str) -> bool:
        return len(text.split()) > self.most_tokens

    def pictures(self, pictures: Sequence[Image]) -> Features:
        import numpy as np

        light = [np.asarray(picture, dtype=np.float64).mean(axis=(0, 1)) for picture in pictures]
        return np.stack(light) + 1e-9

    def texts(self, texts: Sequence[str]) -> Features:
        import numpy as np

        words = [text.lower().split()[: self.most_tokens] for text in texts]
        named = [[float(colour in each) for colour in ("red", "green", "blue")] for each in words]
        return np.asarray(named, dtype=np.float64) + 1e-9

    def close(self) -> None:
        pass
