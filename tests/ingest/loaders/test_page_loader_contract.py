"""What every page loader promises, whatever it reads."""

from __future__ import annotations

import io

import pytest

from ingest.errors import UnreadableFile
from ingest.loaders.content import FileOnDisk
from ingest.loaders.images import ImageLoader
from ingest.loaders.pdf import PdfLoader
from ingest.loaders.protocol import Closed, Opened, PageLost, PageRead
from ingest.loaders.recognition import RecognisedLine, ScriptedRecogniser
from ingest.media import tell_media_type

LOADERS = [
    pytest.param(PdfLoader, "sample.pdf", id="pdf"),
    pytest.param(ImageLoader, "sample.tiff", id="images"),
]
PAGES = 3


@pytest.fixture
def sample(make_pdf) -> dict[str, bytes]:
    from PIL import Image

    image = Image.new("L", (120, 80), "white")
    image.paste(0, (10, 10, 100, 20))
    tiff = io.BytesIO()
    image.save(tiff, "TIFF", save_all=True, append_images=[image] * (PAGES - 1))
    return {
        "sample.pdf": make_pdf(*[[(20, 70, "Returns are free.")]] * PAGES),
        "sample.tiff": tiff.getvalue(),
    }


@pytest.fixture
def read(make_content):
    def read(kind, name: str, data: bytes, **chosen):
        content = make_content(name, data)
        recogniser = ScriptedRecogniser([RecognisedLine("Returns are free.\x00", 0.99, 0.1, 0.1, 0.9, 0.2)])
        file = FileOnDisk(content.path, content.path, content.sha256, len(data))
        return kind(recogniser).read(file, **chosen)

    return read


@pytest.mark.parametrize(("kind", "name"), LOADERS)
class TestPageLoaderContract:
    def test_it_opens_first_gives_its_pages_in_order_and_closes_last(self, kind, name, sample, read):
        opened, *pages, closed = read(kind, name, sample[name])
        assert isinstance(opened, Opened)
        assert opened.page_count == PAGES
        assert opened.document.pages == ()
        assert [event.page.number for event in pages] == [1, 2, 3]
        assert [event.page.text for event in pages] == ["Returns are free."] * PAGES
        assert all(event.page.label for event in pages)
        assert isinstance(closed, Closed)

    def test_the_document_is_named_by_the_hash_and_kind_of_its_bytes(
        self, kind, name, sample, read, make_content
    ):
        content = make_content(name, sample[name])
        opened, *_ = read(kind, name, sample[name])
        assert opened.document.sha256 == content.sha256
        assert opened.document.media_type == tell_media_type(content)
        assert opened.document.media_type in kind().media_types
        assert opened.document.title == "sample"

    def test_boxes_lie_on_the_page_and_frame_its_lines(self, kind, name, sample, read):
        _, first, *_ = read(kind, name, sample[name])
        (box,) = first.page.boxes
        assert first.page.text[box.start : box.end] == "Returns are free."
        assert 0 <= box.left < box.right <= 1
        assert 0 <= box.top < box.bottom <= 1

    @pytest.mark.parametrize("first_page", [2, PAGES, PAGES + 1])
    def test_it_goes_on_from_any_page(self, kind, name, first_page, sample, read):
        _, *whole, _ = read(kind, name, sample[name])
        opened, *rest, closed = read(kind, name, sample[name], first_page=first_page)
        assert isinstance(opened, Opened)
        assert rest == whole[first_page - 1 :]
        assert isinstance(closed, Closed)

    def test_two_files_are_read_by_turns(self, kind, name, sample, read):
        one, other = read(kind, name, sample[name]), read(kind, name, sample[name])
        assert list(zip(one, other, strict=True)) != []

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_a_file_cut_short_gives_words_or_pages(self, kind, name, share, sample, read):
        _read_or_words(read(kind, name, sample[name][: int(len(sample[name]) * share)]), name)

    @pytest.mark.parametrize("noise", [b"\x00\xff\xfe" * 99, b"%PDF-1.7\n<<", b"II*\x00" * 50, b"<" * 999])
    def test_bytes_of_another_kind_give_words_or_pages(self, kind, name, noise, read):
        _read_or_words(read(kind, name, noise), name)


def _read_or_words(events, name: str) -> None:
    try:
        for event in events:
            assert isinstance(event, Opened | PageRead | PageLost | Closed)
    except UnreadableFile as error:
        words = str(error)
    else:
        words = name
    assert name in words
