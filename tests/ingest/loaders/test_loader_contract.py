"""What every loader promises, whatever it reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from ingest.errors import UnreadableFile
from ingest.loaders.markdown import MarkdownLoader
from ingest.loaders.pdf import PdfLoader
from ingest.loaders.protocol import Loader
from ingest.loaders.text import TextLoader
from ingest.loaders.web import WebLoader
from ingest.loaders.word import WordLoader
from ingest.media import tell_media_type

PARAGRAPH = "<w:p><w:r><w:t>Returns are free.</w:t></w:r></w:p>"
LOADERS = [
    pytest.param(PdfLoader, "sample.pdf", id="pdf"),
    pytest.param(WordLoader, "sample.docx", id="word"),
    pytest.param(WebLoader, "sample.html", id="web"),
    pytest.param(MarkdownLoader, "sample.md", id="markdown"),
    pytest.param(TextLoader, "sample.txt", id="text"),
]


@pytest.fixture
def sample(make_pdf: Callable[..., bytes], make_docx: Callable[..., bytes]) -> dict[str, bytes]:
    return {
        "sample.pdf": make_pdf([(20, 70, "Returns are free.")]),
        "sample.docx": make_docx(PARAGRAPH),
        "sample.html": b"<html><body><p>Returns are\r\n free.\xc2\xad</p></body></html>",
        "sample.md": b"Returns are free.\r\n\x00",
        "sample.txt": b"Returns\xc2\xad are free.\r\n\f\x00",
    }


@pytest.mark.parametrize(("kind", "name"), LOADERS)
class TestLoaderContract:
    def test_the_document_is_named_by_the_hash_of_its_bytes(self, kind, name, sample, make_content):
        document = kind().load(make_content(name, sample[name]))
        assert document.sha256 == hashlib.sha256(sample[name]).hexdigest()

    def test_its_kind_is_the_one_the_content_tells(self, kind, name, sample, make_content):
        content = make_content(name, sample[name])
        assert tell_media_type(content) in kind().media_types
        assert kind().load(content).media_type == tell_media_type(content)

    def test_pages_count_from_one_and_hold_the_text(self, kind, name, sample, make_content):
        document = kind().load(make_content(name, sample[name]))
        assert [page.number for page in document.pages] == list(range(1, len(document.pages) + 1))
        assert [page.text.strip() for page in document.pages] == ["Returns are free."]
        assert all(page.label for page in document.pages)

    def test_impossible_characters_are_gone(self, kind, name, sample, make_content):
        text = "".join(page.text for page in kind().load(make_content(name, sample[name])).pages)
        assert not set(text) & set("\r\f\x00\u00ad\ufeff")
        text.encode("utf-8")

    def test_the_title_falls_back_to_the_file_s_name(self, kind, name, sample, make_content):
        assert kind().load(make_content(name, sample[name])).title == "sample"

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_a_file_cut_short_gives_words_or_text(self, kind, name, share, sample, make_content):
        data = sample[name]
        _load_or_words(kind(), make_content(name, data[: int(len(data) * share)]))

    def test_bytes_of_another_kind_give_words_or_text(self, kind, name, make_content):
        for noise in (b"\x00\xff\xfe" * 99, b"%PDF-1.7\n<<", b"PK\x03\x04" + b"\x00" * 99, b"<" * 999):
            _load_or_words(kind(), make_content(name, noise))


def _load_or_words(loader: Loader, content) -> None:
    try:
        loader.load(content)
    except UnreadableFile as error:
        words = str(error)
    else:
        words = content.name
    assert content.name in words
