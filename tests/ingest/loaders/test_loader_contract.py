"""What every loader promises, whatever it reads."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from pptx import Presentation

from ingest.errors import UnreadableFile
from ingest.loaders.book import BookLoader
from ingest.loaders.code import CodeLoader
from ingest.loaders.delimited import DelimitedLoader
from ingest.loaders.markdown import MarkdownLoader
from ingest.loaders.markup import MarkupLoader
from ingest.loaders.notebook import NotebookLoader
from ingest.loaders.opendocument import OpenDocumentLoader
from ingest.loaders.protocol import Loader
from ingest.loaders.records import RecordsLoader
from ingest.loaders.restructured import RestructuredTextLoader
from ingest.loaders.rich_text import RichTextLoader
from ingest.loaders.sheets import SheetsLoader
from ingest.loaders.slides import SlidesLoader
from ingest.loaders.text import TextLoader
from ingest.loaders.web import WebLoader
from ingest.loaders.word import WordLoader
from ingest.media import tell_media_type

PARAGRAPH = "<w:p><w:r><w:t>Returns are free.</w:t></w:r></w:p>"
LOADERS = [
    pytest.param(WordLoader, "sample.docx", id="word"),
    pytest.param(WebLoader, "sample.html", id="web"),
    pytest.param(MarkdownLoader, "sample.md", id="markdown"),
    pytest.param(TextLoader, "sample.txt", id="text"),
    pytest.param(SlidesLoader, "sample.pptx", id="slides"),
    pytest.param(SheetsLoader, "sample.xlsx", id="sheets"),
    pytest.param(OpenDocumentLoader, "sample.odt", id="opendocument"),
    pytest.param(RichTextLoader, "sample.rtf", id="rich text"),
    pytest.param(DelimitedLoader, "sample.csv", id="delimited"),
    pytest.param(RecordsLoader, "sample.json", id="records"),
    pytest.param(NotebookLoader, "sample.ipynb", id="notebook"),
    pytest.param(RestructuredTextLoader, "sample.rst", id="restructured"),
    pytest.param(CodeLoader, "sample.py", id="code"),
    pytest.param(MarkupLoader, "sample.xml", id="markup"),
    pytest.param(BookLoader, "sample.epub", id="book"),
]


@pytest.fixture
def sample(make_docx: Callable[..., bytes], make_epub: Callable[..., bytes]) -> dict[str, bytes]:
    return {
        "sample.docx": make_docx(PARAGRAPH),
        "sample.html": b"<html><body><p>Returns are\r\n free.\xc2\xad</p></body></html>",
        "sample.md": b"Returns are free.\r\n\x00",
        "sample.txt": b"Returns\xc2\xad are free.\r\n\f\x00",
        "sample.pptx": pptx_bytes("Returns\u00ad are free.\v"),
        "sample.xlsx": xlsx_bytes("Returns\u00ad are\n free."),
        "sample.odt": odt_bytes("<text:p>Returns\u00ad are\n free.</text:p>"),
        "sample.rtf": rb"{\rtf1\ansi Returns\- are free.\u173?\par\page}",
        "sample.csv": b"Returns\xc2\xad are free.\r\n\x00",
        "sample.json": b'["Returns\\u00ad are\\ud800 free.\\u0000"]',
        "sample.ipynb": b'{"cells": [{"cell_type": "markdown", "source": "Returns\\u00ad are\\r\\n free."}]}',
        "sample.rst": b"Returns\xc2\xad are free.\r\n\x00",
        "sample.py": b"Returns\xc2\xad are free.\r\n\f\x00",
        "sample.xml": b"<?xml version='1.0'?><p>Returns\xc2\xad <b>are</b>\r\n free.</p>",
        "sample.epub": make_epub(
            ("a.xhtml", b"<html><body><p>Returns\xc2\xad are\r\n free.</p></body></html>")
        ),
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


def pptx_bytes(text: str) -> bytes:
    presentation = Presentation()
    presentation.core_properties.title = ""
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    slide.shapes.add_textbox(0, 0, 100, 100).text_frame.text = text
    data = io.BytesIO()
    presentation.save(data)
    return data.getvalue()


def xlsx_bytes(text: str) -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = text
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def odt_bytes(body: str) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:text="{space}:text:1.0">'
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
    return data.getvalue()
