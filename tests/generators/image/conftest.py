"""The small pipelines, written once, and the engines over them, loaded once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generators.image.protocol import ImageMaker, ImageRequest, MadePictures

Digests = Callable[[MadePictures], list[str]]


@pytest.fixture(scope="package", autouse=True)
def one_thread() -> Iterator[None]:
    """Weights this small take longer to share out than to multiply."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for small pipelines; without diffusers the tests that need it are skipped."""
    pytest.importorskip("diffusers")
    return tmp_path_factory.mktemp("image-models")


@pytest.fixture(scope="session")
def text_folder(models: Path) -> Path:
    from tests.generators.image.small_pipelines import text_pipeline

    return text_pipeline(models / "small-sd")


@pytest.fixture(scope="session")
def maker(text_folder: Path) -> Iterator[ImageMaker]:
    """Stable Diffusion 1.x, small, on the processor."""
    from generators.image.assembly import build_image_maker
    from generators.image.settings import ImageSettings

    built = build_image_maker(ImageSettings(str(text_folder), device="cpu"))
    yield built
    built.close()


@pytest.fixture(scope="session")
def photograph() -> Image.Image:
    """Noise of 42x30 pixels: sides that no model takes as they are."""
    pixels = np.random.default_rng(0).integers(0, 255, (30, 42, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.fixture(scope="session")
def mask() -> Image.Image:
    """White in the middle."""
    whole = Image.new("L", (42, 30), 0)
    whole.paste(255, (8, 8, 24, 20))
    return whole


def digests(made: MadePictures) -> list[str]:
    """What tells pictures apart byte by byte."""
    return [hashlib.sha256(one.picture.tobytes()).hexdigest() for one in made.pictures]


def drawn(maker: ImageMaker, **request: object) -> str:
    """The digest of the one picture of a short request."""
    whole: dict[str, object] = {"prompt": "a red house", "steps": 2, "seed": 5, **request}
    return digests(maker.make(ImageRequest(**whole)))[0]  # type: ignore[arg-type]  # tests give what fits
