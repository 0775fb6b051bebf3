"""Files of networks that see pictures, and how a picture becomes what they take."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.images.missing import how_to_get_an_extractor
from generators.errors import ModelUnusable
from machine import file_sha256

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

#: What Inception v3 was trained on.
INCEPTION_SIDE = 299


def squared(pictures: Sequence[Image], side: int = INCEPTION_SIDE) -> NDArray[np.uint8]:
    """Uint8 [pictures, 3, side, side]. Every size is brought to one, smoothed when it shrinks (bicubic):
    otherwise FID mostly sees how it was shrunk (Parmar et al. 2022, https://arxiv.org/abs/2104.11222)."""
    import numpy as np
    from PIL.Image import Resampling

    resized = [
        picture if picture.size == (side, side) else picture.resize((side, side), Resampling.BICUBIC)
        for picture in pictures
    ]
    return np.ascontiguousarray(np.stack([np.asarray(each) for each in resized]).transpose(0, 3, 1, 2))


def weights_file(path: Path) -> Path:
    """The file, if it is there. Raises ModelUnusable, which says what to get."""
    file = path.expanduser()
    if not file.is_file():
        raise ModelUnusable(f"There is no file {file}.\n{how_to_get_an_extractor()}")
    return file


def folder_sha256(folder: Path, cache_folder: Path) -> str:
    """One hash of all weights in a model's folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        digest.update(f"{path.name} {file_sha256(path, cache_folder)}\n".encode())
    return digest.hexdigest()


def model_folder(name: Path, how_to_get: str) -> Path:
    """A folder as transformers saves a model, weights as .safetensors. Raises ModelUnusable."""
    folder = name.expanduser()
    if not (folder / "config.json").is_file():
        raise ModelUnusable(f"There is no model in {folder}: it holds no config.json.\n{how_to_get}")
    if not any(folder.glob("*.safetensors")):
        raise ModelUnusable(
            f"{folder} holds no weights as .safetensors; others (pickles) may run code and are not opened.\n"
            f"{how_to_get}"
        )
    return folder


def as_float64(values: Any, count: int, what: str, name: str) -> Any:
    """The tensor as a float64 array [count, all else]. Raises ModelUnusable for another or for no numbers."""
    import numpy as np

    if not hasattr(values, "shape") or len(values.shape) < 2 or values.shape[0] != count:
        shape = tuple(getattr(values, "shape", ()))
        raise ModelUnusable(f"{name} gave {what} of the shape {shape}; [{count}, dimensions] was expected.")
    array = values.detach().double().cpu().numpy().reshape(count, -1)
    if not np.isfinite(array).all():
        raise ModelUnusable(f"{name} gave {what} that are no finite numbers. Its weights may be damaged.")
    return array
