from __future__ import annotations

import torch

from generators.image.previews import rough_preview


def test_each_place_becomes_a_pixel() -> None:
    latents = torch.zeros(1, 4, 2, 3)
    latents[0, 0, 1, 2] = 1.0  # one place, brighter
    preview = rough_preview(latents, xl=False)
    assert preview is not None
    assert preview.size == (3, 2)
    assert preview.getpixel((0, 0)) == (127, 127, 127)
    assert preview.getpixel((2, 1)) == (127 + 38, 127 + 26, 127 + 27)


def test_xl_has_channels_of_its_own_and_others_have_no_preview() -> None:
    preview = rough_preview(torch.zeros(1, 4, 1, 1), xl=True)
    assert preview is not None
    assert preview.getpixel((0, 0)) == (150, 140, 130)
    assert rough_preview(torch.zeros(1, 16, 1, 1), xl=False) is None
