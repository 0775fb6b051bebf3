from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.errors import DamagedFile
from ingest.loaders import images
from ingest.loaders.content import FileOnDisk
from ingest.loaders.images import ImageLoader
from ingest.loaders.protocol import Closed, LoadOptions, Opened, PageLost, PageRead
from ingest.loaders.recognition import RecognisedLine, RecogniserMissing, ScriptedRecogniser

LINE = RecognisedLine("Returns are free.", 0.97, 0.1, 0.2, 0.9, 0.25)


def bar(size=(300, 200), mode="RGB"):
    """A dark bar along the left of a white picture."""
    from PIL import Image

    image = Image.new("RGB", size, "white")
    image.paste("black", (0, 0, 20, size[1]))
    return image.convert(mode)


class Keeping(ScriptedRecogniser):
    def recognise(self, picture):
        self.picture = picture
        return super().recognise(picture)


def on_disk(path: Path) -> FileOnDisk:
    return FileOnDisk(path, path, "0" * 64, path.stat().st_size)


@pytest.mark.parametrize(
    ("name", "mode", "media_type"),
    [
        ("a.png", "RGB", "image/png"),
        ("a.png", "P", "image/png"),
        ("a.png", "RGBA", "image/png"),
        ("a.png", "1", "image/png"),
        ("a.png", "I;16", "image/png"),
        ("a.jpg", "RGB", "image/jpeg"),
        ("a.jpg", "CMYK", "image/jpeg"),
        ("a.tif", "L", "image/tiff"),
    ],
)
def test_a_picture_is_a_page_of_recognised_text(name, mode, media_type, tmp_path):
    bar(mode=mode).save(tmp_path / name)
    recogniser = Keeping([LINE])
    opened, read, closed = ImageLoader(recogniser).read(on_disk(tmp_path / name))
    assert isinstance(opened, Opened)
    assert (opened.document.media_type, opened.document.title, opened.page_count) == (media_type, "a", 1)
    assert (read.page.text, read.page.label, read.page.recognised) == ("Returns are free.", "page 1", True)
    assert closed == Closed()
    assert recogniser.seen == [(2 * 200, 2 * 300)]  # small ones are read at twice their size
    assert recogniser.picture[200, 10].max() < 40
    assert recogniser.picture[200, 300].min() > 215


def test_what_is_transparent_is_white(tmp_path):
    from PIL import Image

    image = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 20, 200))
    image.save(tmp_path / "a.png")
    recogniser = Keeping([LINE])
    list(ImageLoader(recogniser).read(on_disk(tmp_path / "a.png")))
    assert recogniser.picture[200, 300].min() == 255


def test_a_camera_s_turn_is_undone(tmp_path):
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise by a quarter
    exif[0x0132] = "2024:05:31 12:00:00"
    exif[0x013B] = "Ada Example"
    bar().save(tmp_path / "a.jpg", exif=exif)
    recogniser = Keeping([LINE])
    opened, *_ = ImageLoader(recogniser).read(on_disk(tmp_path / "a.jpg"))
    assert recogniser.seen == [(600, 400)]
    assert recogniser.picture[10, 200].max() < 40  # what was on the left is on top
    assert (opened.document.written, opened.document.author) == ("2024-05-31", "Ada Example")


def test_each_picture_of_a_tiff_is_a_page(tmp_path):
    bar().save(tmp_path / "a.tiff", save_all=True, append_images=[bar((100, 80)), bar((200, 90))])
    file = on_disk(tmp_path / "a.tiff")
    opened, *pages, _ = ImageLoader(ScriptedRecogniser([LINE])).read(file)
    assert (opened.page_count, [event.page.number for event in pages]) == (3, [1, 2, 3])
    recogniser = ScriptedRecogniser([LINE])
    _, page, _ = ImageLoader(recogniser).read(file, first_page=3)
    assert (page.page.number, recogniser.seen) == (3, [(180, 400)])


def test_a_large_picture_is_made_smaller(tmp_path):
    bar((4000, 3000), "L").save(tmp_path / "a.png")
    recogniser = ScriptedRecogniser([LINE])
    list(ImageLoader(recogniser).read(on_disk(tmp_path / "a.png")))
    ((height, width),) = recogniser.seen
    assert height * width == pytest.approx(4_000_000, rel=0.01)
    assert width / height == pytest.approx(4000 / 3000, rel=0.01)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(images, "_MOST_PIXELS_ON_DISK", 300 * 200 - 1)
    bar().save(tmp_path / "a.png")
    recogniser = ScriptedRecogniser([LINE])
    _, lost, _ = ImageLoader(recogniser).read(on_disk(tmp_path / "a.png"))
    assert "its 300 x 200 pixels are more than the 59,999" in lost.reason
    assert recogniser.seen == []


def test_a_blank_picture_is_empty(tmp_path):
    from PIL import Image

    Image.new("L", (300, 200), "white").save(tmp_path / "a.png")
    _, read, _ = ImageLoader(ScriptedRecogniser([LINE])).read(on_disk(tmp_path / "a.png"))
    assert isinstance(read, PageRead)
    assert read.page.text == ""


@pytest.mark.parametrize("size", [(64, 64), (99, 50), (390, 10)])
def test_an_icon_is_not_read(size, tmp_path):
    bar(size).save(tmp_path / "a.png")
    recogniser = ScriptedRecogniser([LINE])
    _, lost, _ = ImageLoader(recogniser).read(on_disk(tmp_path / "a.png"))
    assert lost == PageLost(1, f"its {size[0]} x {size[1]} pixels are too few to hold any text")
    assert recogniser.seen == []


def test_a_large_photo_is_glanced_at_and_read_only_where_it_shows_text(tmp_path):
    bar((2400, 1600)).save(tmp_path / "a.png")
    without, with_text = ScriptedRecogniser([]), ScriptedRecogniser([LINE])
    _, lost, _ = ImageLoader(without).read(on_disk(tmp_path / "a.png"))
    assert lost == PageLost(1, "OCR found no text on it")
    # 2400 pixels become 1600, and the 1600 of the other side 1600 * 1600 / 2400 = 1067
    assert (without.glanced, without.seen) == ([(1067, 1600)], [])
    _, read, _ = ImageLoader(with_text).read(on_disk(tmp_path / "a.png"))
    assert isinstance(read, PageRead)
    assert with_text.seen == [(1600, 2400)]


def test_a_small_photo_is_read_at_once(tmp_path):
    bar((1500, 900)).save(tmp_path / "a.png")
    recogniser = ScriptedRecogniser([LINE])
    list(ImageLoader(recogniser).read(on_disk(tmp_path / "a.png")))
    assert (recogniser.glanced, len(recogniser.seen)) == ([], 1)


class Missing:
    def recognise(self, picture):
        raise RecogniserMissing("it is not installed: pip install 'refdesk[ocr]'")


@pytest.mark.parametrize(
    ("recogniser", "ocr", "reason"),
    [
        (None, "auto", "no OCR was set up"),
        (ScriptedRecogniser([LINE]), "never", "OCR is turned off"),
        (Missing(), "auto", r"pip install 'refdesk\[ocr\]'"),
        (ScriptedRecogniser([]), "auto", "OCR found no text on it"),
    ],
)
def test_a_picture_that_is_not_read_is_lost(recogniser, ocr, reason, tmp_path):
    bar().save(tmp_path / "a.png")
    _, lost, _ = ImageLoader(recogniser).read(on_disk(tmp_path / "a.png"), LoadOptions(ocr=ocr))
    assert isinstance(lost, PageLost)
    assert re.search(reason, lost.reason)


def test_a_picture_cut_short_is_lost(tmp_path):
    path = tmp_path / "a.png"
    bar((600, 600)).rotate(33).save(path)
    path.write_bytes(path.read_bytes()[:-200])
    _, lost, _ = ImageLoader(ScriptedRecogniser([LINE])).read(on_disk(path))
    assert isinstance(lost, PageLost)
    assert "does not open" in lost.reason


def test_rubble_is_damaged(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing of the kind")
    with pytest.raises(DamagedFile, match=r"a\.png is a picture that is cut short or damaged"):
        list(ImageLoader().read(on_disk(tmp_path / "a.png")))
