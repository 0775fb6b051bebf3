from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generators.errors import RequestUnusable
from generators.image.picture_files import read_note, write_picture
from generators.making import Making, NoteUnreadable

_MAKING = Making(
    maker="image",
    model="diffusers:small-sd",
    prompt='Ein "Fernrohr" <aus Messing> & 望遠鏡',
    settings={"steps": "30"},
    seed=7,
    sources=("apparatus.pdf, page 4",),
    seconds=1.5,
)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.JPEG", "a.webp"])
def test_a_file_says_how_it_was_made(tmp_path: Path, photograph: Image.Image, name: str) -> None:
    file = tmp_path / "new" / name
    write_picture(photograph, file, _MAKING)
    assert read_note(file) == _MAKING
    assert b"trainedAlgorithmicMedia" in file.read_bytes()
    assert [other.name for other in file.parent.iterdir()] == [name]  # nothing half written beside it


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_the_note_changes_no_pixel(tmp_path: Path, photograph: Image.Image, name: str) -> None:
    write_picture(photograph, tmp_path / name, _MAKING)
    with Image.open(tmp_path / name) as read:
        assert np.array_equal(np.asarray(read), np.asarray(photograph))


def test_a_picture_from_elsewhere_has_no_note(tmp_path: Path, photograph: Image.Image) -> None:
    photograph.save(tmp_path / "plain.png")
    (tmp_path / "text.png").write_text("no picture")
    for name, says in (("plain.png", "no note"), ("text.png", "no picture")):
        with pytest.raises(NoteUnreadable, match=says):
            read_note(tmp_path / name)


def test_a_format_that_carries_no_note_is_refused(tmp_path: Path, photograph: Image.Image) -> None:
    with pytest.raises(RequestUnusable, match=r"must end in \.png"):
        write_picture(photograph, tmp_path / "a.bmp", _MAKING)
    assert not (tmp_path / "a.bmp").exists()


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, photograph: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"before")

    def full(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        write_picture(photograph, file, _MAKING)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a.png", b"before")]
