"""Pictures larger than can be drawn are refused when they are asked for: no memory is taken to find out."""

from __future__ import annotations

import pytest
from PIL import Image

from generators.image.protocol import FromPicture, ImageRequest, Inpainting, Outpainting

_SMALL = Image.new("RGB", (16, 8))
_WIDE = Image.new("L", (8193, 1))


def test_what_is_added_at_the_edges_is_bounded() -> None:
    assert Outpainting(_SMALL, right=8192 - 16).right == 8176
    with pytest.raises(ValueError, match="the picture with what is added is 16x100000007"):
        Outpainting(_SMALL, bottom=99_999_999)


def test_a_picture_to_draw_over_is_bounded_unless_a_size_is_given() -> None:
    with pytest.raises(ValueError, match="the picture is 8193x1; each side may have 8192 pixels"):
        ImageRequest(prompt="x", start=FromPicture(_WIDE))
    assert ImageRequest(prompt="x", start=FromPicture(_WIDE), size=(512, 8)).size == (512, 8)
    with pytest.raises(ValueError, match="8193x1"):
        Inpainting(_WIDE, _WIDE)
