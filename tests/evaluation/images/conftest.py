"""Pictures of one colour, and small models with random weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generators.image.picture_files import write_picture
from generators.making import Making

Paint = Callable[..., Path]


@pytest.fixture
def paint(tmp_path: Path) -> Paint:
    """Writes pictures into a folder: one of each colour, or `count` of noise."""

    def make(
        name: str, *colours: str, count: int = 0, seed: int = 0, side: int = 8, noted: bool = False
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        chance = np.random.default_rng(seed)
        pictures = [Image.new("RGB", (side, side), colour) for colour in colours]
        pictures += [
            Image.fromarray(chance.integers(0, 256, (side, side, 3), dtype=np.uint8)) for _ in range(count)
        ]
        for number, picture in enumerate(pictures):
            path = folder / f"{number:03}.png"
            if noted:
                write_picture(picture, path, Making("image", "small", f"a {colours[number]} square"))
            else:
                picture.save(path)
        return folder

    return make
