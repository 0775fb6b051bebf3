"""Pages as pictures: the mark lies on the letters, whatever a page's rotation and cropping."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from rag import Collection, NoPagePicture, Settings, open_collection
from rag.highlights import Box, find_quote, highlights_between, placed
from tests.small_pdfs import pdf_bytes

TEXT = "Returns are free."
#: The edges of what is dark or marked: left, top, right, bottom, in pixels.
Edges = tuple[int, int, int, int]


def settings(isolated: bool = False) -> Settings:
    return Settings(
        ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing"), isolated=isolated),
        generator=GeneratorSettings(engine="extractive"),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "documents"
    place.mkdir()
    return place


@pytest.fixture
def collection(home: Path) -> Iterator[Collection]:
    with open_collection("desk", settings()) as opened:
        yield opened


def marked_page(collection: Collection, path: Path, quote: str, scale: float = 2.0) -> Image.Image:
    """The page on which the quote stands, with its lines marked."""
    pages = placed(collection.pages(str(path)))
    found = find_quote(pages, quote)
    assert found is not None
    (highlight,) = highlights_between(pages, str(path), *found)
    with collection.page_pictures() as pictures:
        png = pictures.png(str(path), highlight.page_number, highlight.boxes, scale=scale)
    return Image.open(io.BytesIO(png)).convert("RGB")


def edges_of(mask: np.ndarray) -> Edges:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def ink_and_mark(picture: Image.Image) -> tuple[Edges, Edges]:
    pixels = np.asarray(picture, dtype=int)
    return edges_of(pixels.max(axis=2) < 128), edges_of(pixels[:, :, 0] - pixels[:, :, 2] > 100)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", ["", "/CropBox [10 50 200 100]", "/CropBox [15 20 150 90] /UserUnit 2"])
@pytest.mark.parametrize("media_box", [b"[0 0 200 100]", b"[9 9 209 109]", b"[-9 0 195 95]"])
def test_the_mark_lies_around_the_letters(
    collection: Collection, folder: Path, rotation: int, crop: str, media_box: bytes
) -> None:
    path = folder / "returns.pdf"
    data = pdf_bytes([(20, 70, TEXT)], page_entries=f"/Rotate {rotation} {crop}")
    path.write_bytes(data.replace(b"[0 0 200 100]", media_box))
    collection.ingest([path])
    ink, mark = ink_and_mark(marked_page(collection, path, TEXT))
    for at, (letters, edge) in enumerate(zip(ink, mark, strict=True)):
        beyond = letters - edge if at < 2 else edge - letters
        assert 0 <= beyond <= 10, (ink, mark)  # of 200 to 400 pixels


def test_the_line_that_is_quoted_is_marked_and_no_other(collection: Collection, folder: Path) -> None:
    path = folder / "returns.pdf"
    path.write_bytes(pdf_bytes([(20, 80, "Ask at the desk."), (20, 50, TEXT), (20, 20, "Or do not.")]))
    collection.ingest([path])
    _, (left, top, right, bottom) = ink_and_mark(marked_page(collection, path, "are free."))
    assert (50 - 15) * 2 <= 200 - bottom <= 200 - top <= (50 + 15) * 2  # baseline 50 of 100, 2 pixels each
    assert 20 * 2 + 30 < left < right < 120 * 2  # "Returns" is some 35 units wide


def test_the_scale_is_pixels_per_point(collection: Collection, folder: Path) -> None:
    path = folder / "returns.pdf"
    path.write_bytes(pdf_bytes([(20, 70, TEXT)]))
    collection.ingest([path])
    assert marked_page(collection, path, TEXT, scale=2).size == (400, 200)
    assert marked_page(collection, path, TEXT, scale=0.5).size == (100, 50)
    with (
        collection.page_pictures() as pictures,
        pytest.raises(ValueError, match=r"scale is 9; .* from 0\.25 to 2"),
    ):
        pictures.png(str(path), 1, scale=9)


def test_it_is_drawn_in_a_process_of_its_own(home: Path, folder: Path) -> None:
    path = folder / "returns.pdf"
    path.write_bytes(pdf_bytes([(20, 70, TEXT)], [(20, 70, "Page two.")]))
    with open_collection("desk", settings(isolated=True)) as collection:
        collection.ingest([path])
        ink, mark = ink_and_mark(marked_page(collection, path, "Page two."))
        assert mark[0] <= ink[0] <= ink[2] <= mark[2]
        with collection.page_pictures() as pictures:
            with pytest.raises(NoPagePicture, match=r"Page 9 of returns\.pdf cannot be drawn"):
                pictures.png(str(path), 9)
            assert pictures.png(str(path), 1, [Box(0.0, 0.0, 1.0, 1.0)]).startswith(b"\x89PNG")


class TestNoPicture:
    @pytest.fixture
    def path(self, collection: Collection, folder: Path) -> Path:
        path = folder / "returns.pdf"
        path.write_bytes(pdf_bytes([(20, 70, TEXT)]))
        collection.ingest([path])
        return path

    def said(self, collection: Collection, path: Path) -> str:
        with collection.page_pictures() as pictures, pytest.raises(NoPagePicture) as raised:
            pictures.png(str(path), 1)
        return str(raised.value)

    def test_of_a_file_that_was_changed(self, collection: Collection, path: Path) -> None:
        path.write_bytes(pdf_bytes([(20, 70, "Returns cost money.")]))
        assert "returns.pdf was changed since it was ingested" in self.said(collection, path)

    def test_of_a_file_that_is_gone(self, collection: Collection, path: Path) -> None:
        path.unlink()
        assert "returns.pdf is no longer there" in self.said(collection, path)

    def test_but_a_copy_will_do(self, collection: Collection, path: Path) -> None:
        copy = path.with_name("copy.pdf")
        copy.write_bytes(path.read_bytes())
        collection.ingest([copy])
        path.unlink()
        with collection.page_pictures() as pictures:
            assert pictures.png(str(path), 1).startswith(b"\x89PNG")

    def test_of_flowing_text(self, collection: Collection, folder: Path) -> None:
        path = folder / "notes.md"
        path.write_text("# Notes\n\nReturns are free.\n")
        collection.ingest([path])
        assert "notes.md has no pages that could be drawn" in self.said(collection, path)

    def test_of_a_file_within_an_archive(self, collection: Collection, path: Path, folder: Path) -> None:
        archive = folder / "letters.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr("inner.pdf", pdf_bytes([(20, 70, "Within.")]))
        collection.ingest([archive])
        assert "inner.pdf lies in letters.zip" in self.said(collection, archive / "inner.pdf")

    def test_of_what_is_not_in_the_collection(self, collection: Collection, path: Path) -> None:
        assert "holds no document" in self.said(collection, path.with_name("other.pdf"))

    def test_of_what_the_reader_makes_up(
        self, collection: Collection, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "ingest.loaders.page_drawing._write_ppm", lambda file, _: file.write_bytes(b"P6\n9 9\n255\nshort")
        )
        assert "was drawn as what is no picture" in self.said(collection, path)
