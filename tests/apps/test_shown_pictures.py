"""Pictures at the size that a page shows them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from apps.shown_pictures import PictureNotShown, shown_picture
from tests.enormous_pictures import claimed_png


def write(path: Path, width: int, mode: str = "RGB", colour: str = "red") -> bytes:
    Image.new(mode, (width, width // 2), colour).save(path)
    return path.read_bytes()


@pytest.mark.parametrize(("name", "kind"), [("a.png", "PNG"), ("a.jpg", "JPEG")])
def test_a_small_one_is_shown_byte_for_byte(tmp_path: Path, name: str, kind: str) -> None:
    own = write(tmp_path / name, 40)
    assert shown_picture(tmp_path / name, 40) == (own, kind)


@pytest.mark.parametrize(("mode", "kind"), [("RGB", "JPEG"), ("RGBA", "PNG")])
def test_a_wide_one_is_made_smaller(tmp_path: Path, mode: str, kind: str) -> None:
    write(tmp_path / "a.png", 400, mode)
    content, told = shown_picture(tmp_path / "a.png", 100)
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.size, picture.format, told) == ((100, 50), kind, kind)


def test_other_kinds_become_one_that_needs_no_further_work(tmp_path: Path) -> None:
    write(tmp_path / "a.webp", 40)
    assert shown_picture(tmp_path / "a.webp", 100)[1] == "JPEG"


def test_it_is_decoded_once_and_again_when_the_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    write(path, 400)
    opened: list[object] = []
    whole = Image.open
    monkeypatch.setattr(Image, "open", lambda *given, **named: (opened.append(1), whole(*given, **named))[1])
    first = shown_picture(path, 100)
    assert shown_picture(path, 100) == first
    assert len(opened) == 1
    write(path, 400, colour="blue")
    os.utime(path, ns=(1, 1))
    assert shown_picture(path, 100) != first


def test_what_is_no_picture_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(PictureNotShown, match="damaged or no picture"):
        shown_picture(tmp_path / "a.png", 100)


@pytest.mark.parametrize("most_width", [20, 1000])
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_half_a_picture_is_told_in_words_though_a_browser_would_be_given_it_as_it_is(
    tmp_path: Path, name: str, most_width: int
) -> None:
    Image.effect_noise((100, 80), 50).save(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(PictureNotShown, match="damaged or no picture"):
        shown_picture(tmp_path / name, most_width)


def test_a_damaged_one_is_tried_once_and_again_when_it_was_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"no picture")
    with pytest.raises(PictureNotShown):
        shown_picture(path, 100)
    with monkeypatch.context() as broken:
        broken.delattr(Image, "open")
        with pytest.raises(PictureNotShown):
            shown_picture(path, 100)
    write(path, 40)
    assert shown_picture(path, 100)[1] == "PNG"


@pytest.mark.parametrize("side", [9_000, 10_000, 50_000])
def test_enormous_dimensions_are_told_before_anything_is_decoded(tmp_path: Path, side: int) -> None:
    """Above what is shown here; above what Pillow warns of; above what it opens."""
    (tmp_path / "a.png").write_bytes(claimed_png(side, side))
    with pytest.raises(PictureNotShown, match="80 million pixels"):
        shown_picture(tmp_path / "a.png", 100)


def test_what_is_gone_is_no_damaged_picture(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        shown_picture(tmp_path / "a.png", 100)
