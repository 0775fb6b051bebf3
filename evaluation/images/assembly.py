"""From names to networks: the only module here that names their classes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.images.missing import how_to_get_an_extractor
from generators.devices import Device
from generators.errors import ModelUnusable

if TYPE_CHECKING:
    from evaluation.images.protocol import FeatureExtractor, ImageTextModel


def build_extractor(name: str, cache_folder: Path, device: Device = "auto") -> FeatureExtractor:
    """What looks at pictures, by its name; its weights are looked for now and loaded when first needed.

    Raises ModelUnusable for a name nobody knows and for weights that are not there; both say what to get.
    """
    kind, _, place = name.partition(":")
    id = f"{kind}:{Path(place).name}"
    if kind in ("inception", "torchscript") and place:
        from evaluation.images.torch_script import (
            NetworkExtractor,
            any_network,
            published_inception,
            torchvision_inception,
        )

        path = Path(place)
        load = any_network if kind == "torchscript" else published_inception
        if kind == "inception" and path.suffix == ".safetensors":
            load = torchvision_inception
        return NetworkExtractor(path, load, id=id, cache_folder=cache_folder, device=device)
    if kind == "transformers" and place:
        from evaluation.images.transformers_models import TransformersExtractor

        return TransformersExtractor(Path(place), id=id, cache_folder=cache_folder, device=device)
    if name == "pixels":
        from evaluation.images.pixels import PixelExtractor

        return PixelExtractor()
    raise ModelUnusable(f"There is no extractor {name!r}.\n{how_to_get_an_extractor()}")


def build_clip_model(folder: Path, cache_folder: Path, device: Device = "auto") -> ImageTextModel:
    """The CLIP model of a folder, loaded when first needed. Raises ModelUnusable where there is none."""
    from evaluation.images.transformers_models import ClipModel

    return ClipModel(folder, id=f"clip:{folder.name}", cache_folder=cache_folder, device=device)
