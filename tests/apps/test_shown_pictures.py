"""Pictures at the size that a page shows them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from apps.shown_pictures import shown_picture


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


def test_what_is_no_picture_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(OSError, match="cannot identify"):
        shown_picture(tmp_path / "a.png", 100)
