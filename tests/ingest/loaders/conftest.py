"""Small files of every kind, made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.loaders.content import FileContent, read_content
from tests.small_pdfs import pdf_bytes

MakePdf = Callable[..., bytes]
MakeDocx = Callable[..., bytes]
MakeEpub = Callable[..., bytes]
MakeContent = Callable[[str, bytes | str], FileContent]

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def make_content(tmp_path: Path) -> MakeContent:
    """A file on disk, read as the pipeline reads it."""

    def make(name: str, data: bytes | str) -> FileContent:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_content(path)

    return make


@pytest.fixture
def make_pdf() -> MakePdf:
    return pdf_bytes


@pytest.fixture
def make_docx() -> MakeDocx:
    return docx_bytes


@pytest.fixture
def make_epub() -> MakeEpub:
    return epub_bytes


def docx_bytes(body: str, title: str = "") -> bytes:
    """A DOCX with this XML as its body."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
        )
        archive.writestr(
            "docProps/core.xml",
            '<cp:coreProperties xmlns:cp="c" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{title}</dc:title><dc:creator>Ada Example</dc:creator></cp:coreProperties>",
        )
        archive.writestr(
            "word/styles.xml",
            f'<w:styles xmlns:w="{WORD}"><w:style w:type="paragraph" w:styleId="Heading1">'
            '<w:name w:val="heading 1"/></w:style></w:styles>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{WORD}" xmlns:m="{MATH}"><w:body>{body}</w:body></w:document>',
        )
    return data.getvalue()


def epub_bytes(
    *chapters: tuple[str, bytes], metadata: str = "", nav: str = "", encryption: str = ""
) -> bytes:
    """An EPUB 3 with these members as its chapters, in this order; `nav` is the list of its contents."""
    data = io.BytesIO()
    items = "".join(
        f'<item id="c{number}" href="{name}" media-type="application/xhtml+xml"/>'
        for number, (name, _) in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", compress_type=zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/container.xml",
            '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        )
        if encryption:
            archive.writestr("META-INF/encryption.xml", encryption)
        archive.writestr(
            "OPS/book.opf",
            f'<package xmlns:dc="x"><metadata>{metadata}</metadata><manifest>{items}'
            '<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
            f"</manifest><spine>{spine}</spine></package>",
        )
        archive.writestr("OPS/nav.xhtml", f'<nav epub:type="toc"><ol>{nav}</ol></nav>')
        for name, chapter in chapters:
            archive.writestr(f"OPS/{name}", chapter)
    return data.getvalue()
