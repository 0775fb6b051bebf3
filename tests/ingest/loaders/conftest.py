"""Small files of every kind, made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ingest.loaders.content import FileContent, read_content

Line = tuple[float, float, str]
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


def pdf_bytes(
    *pages: Sequence[Line],
    title: str | None = None,
    page_entries: str = "",
    outline: Sequence[tuple[str, int]] = (),
) -> bytes:
    """A PDF with pages of 200 x 100 units, each line (left, baseline from below, text) in 10 point Helvetica.

    `outline` holds (heading, page index) pairs. All objects lie bare, so a test can read and cut the file.
    """
    first_page = 10
    first_bookmark = first_page + 2 * len(pages)
    kids = " ".join(f"{first_page + 2 * index} 0 R" for index in range(len(pages)))
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R" + (" /Outlines 5 0 R >>" if outline else " >>"),
        2: f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>",
        3: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: f"<< /Title ({title or ''}) /Author (Ada Example) >>",
    }
    for index, lines in enumerate(pages):
        drawing = "".join(f"BT /F1 10 Tf {left} {bottom} Td ({text}) Tj ET\n" for left, bottom, text in lines)
        number = first_page + 2 * index
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] {page_entries} "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {number + 1} 0 R >>"
        )
        objects[number + 1] = f"<< /Length {len(drawing.encode('cp1252'))} >>\nstream\n{drawing}endstream"
    if outline:
        last = first_bookmark + len(outline) - 1
        objects[5] = (
            f"<< /Type /Outlines /First {first_bookmark} 0 R /Last {last} 0 R /Count {len(outline)} >>"
        )
        for index, (heading, page) in enumerate(outline):
            number = first_bookmark + index
            following = f"/Next {number + 1} 0 R" if number < last else ""
            objects[number] = (
                f"<< /Title ({heading}) /Parent 5 0 R {following} "
                f"/Dest [{first_page + 2 * page} 0 R /XYZ 0 100 0] >>"
            )
    return _assembled(objects)


def _assembled(objects: dict[int, str]) -> bytes:
    data = io.BytesIO(b"%PDF-1.4\n")
    data.seek(0, io.SEEK_END)
    offsets = {}
    for number, body in sorted(objects.items()):
        offsets[number] = data.tell()
        data.write(f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252"))
    start = data.tell()
    size = max(objects) + 1
    data.write(f"xref\n0 {size}\n0000000000 65535 f \n".encode())
    for number in range(1, size):
        in_use = number in offsets
        data.write(f"{offsets.get(number, 0):010d} {'00000 n' if in_use else '65535 f'} \n".encode())
    data.write(f"trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return data.getvalue()


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
