"""What a Word file holds besides its paragraphs: boxes, notes, comments, headers, formulas, imports."""

from __future__ import annotations

import io
import zipfile

import pytest

from ingest.errors import DamagedFile, EmptyFile
from ingest.loaders.word import WordLoader

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def with_members(docx: bytes, members: dict[str, str], kinds: dict[str, str]) -> bytes:
    """The file with members more; `kinds` names the relationship of each, its id being its stem."""
    links = "".join(
        f'<Relationship Id="{name.split(".")[0]}" Type="{OFFICE}/{kind}" Target="{name}"/>'
        for name, kind in kinds.items()
    )
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "word/_rels/document.xml.rels":
                text = text.replace("</Relationships>", f"{links}</Relationships>")
            new.writestr(name, text)
        for name, text in members.items():
            new.writestr(f"word/{name}", text)
    return data.getvalue()


@pytest.fixture
def load(make_content, make_docx):
    def load(body: str, members: dict[str, str] | None = None, kinds: dict[str, str] | None = None):
        data = with_members(make_docx(body), members or {}, kinds or {})
        return WordLoader().load(make_content("a.docx", data))

    return load


def pages(document) -> dict[str, str]:
    return {page.label: page.text for page in document.pages}


def test_headers_and_footers_are_read_once_and_apart(load):
    header = f'<w:hdr xmlns:w="{WORD}">{paragraph("Acme Ltd")}{paragraph("12")}</w:hdr>'
    document = load(
        paragraph("Text."),
        {"header1.xml": header, "header2.xml": header},
        {"header1.xml": "header", "header2.xml": "header"},
    )
    assert pages(document) == {"the beginning": "Text.", "headers and footers": "Acme Ltd"}


def test_a_comment_says_who_wrote_it_on_what(load):
    body = (
        '<w:p><w:r><w:t>The rate is </w:t></w:r><w:commentRangeStart w:id="0"/><w:r>'
        "<w:t>five percent</w:t></w:r>"
        '<w:commentRangeEnd w:id="0"/></w:p>'
    )
    comments = (
        f'<w:comments xmlns:w="{WORD}"><w:comment w:id="0" w:author="Ada">{paragraph("Is that so?")}'
        "</w:comment></w:comments>"
    )
    document = load(body, {"comments.xml": comments}, {"comments.xml": "comments"})
    assert pages(document)["comments"] == "Ada on “five percent”: Is that so?"


def test_notes_follow_the_text_and_are_marked_in_it(load):
    notes = (
        f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:id="2">{paragraph("See annex.")}</w:footnote>'
        f"</w:footnotes>"
    )
    document = load(
        '<w:p><w:r><w:t>Free.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>',
        {"footnotes.xml": notes},
        {"footnotes.xml": "footnotes"},
    )
    assert pages(document) == {"the beginning": "Free. [note 1]", "notes": "[note 1] See annex."}


@pytest.mark.parametrize("with_fallback", [True, False])
def test_a_text_box_is_read_once(with_fallback, load):
    box = f"<w:txbxContent>{paragraph('In a box')}</w:txbxContent>"
    fallback = (
        f"<mc:Fallback><w:pict><v:textbox xmlns:v='urn:schemas-microsoft-com:vml'>{box}</v:textbox>"
        f"</w:pict></mc:Fallback>"
    )
    body = (
        "<w:p><w:r><mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
        f"<mc:Choice Requires='wps'><w:drawing><wps:txbx xmlns:wps='w'>{box}</wps:txbx>"
        f"</w:drawing></mc:Choice>"
        f"{fallback if with_fallback else ''}</mc:AlternateContent></w:r></w:p>"
    )
    assert load(body).pages[0].text == "In a box"


def test_an_imported_page_stands_in_its_place(load):
    body = f'{paragraph("Before")}<w:altChunk xmlns:r="{OFFICE}" r:id="part"/>{paragraph("After")}'
    html = "<html><body><table><tr><th>Region<th>Sales<tr><td>North<td>12</table></body></html>"
    document = load(body, {"part.html": html}, {"part.html": "aFChunk"})
    assert document.pages[0].text == "Before\n\nRegion | Sales\nRegion: North | Sales: 12\n\nAfter"


def test_embedded_files_are_named(load):
    embedded = "<w:p><w:r><w:object><o:OLEObject xmlns:o='o' ProgID='Excel.Sheet.12'/></w:object></w:r></w:p>"
    assert "1 embedded file(s) (Excel.Sheet.12)" in load(paragraph("Text.") + embedded).notes[0]
    with pytest.raises(EmptyFile, match=r"a\.docx shows no text.*Excel\.Sheet\.12"):
        load(embedded)


def run(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (f"<m:f><m:num>{run('a')}</m:num><m:den>{run('b+c')}</m:den></m:f>", "a/(b+c)"),
        (
            f"<m:sSup><m:e><m:f><m:num>{run('a')}</m:num><m:den>{run('b')}</m:den></m:f></m:e>"
            f"<m:sup>{run('2')}</m:sup></m:sSup>",
            "(a/b)^2",
        ),
        (
            f"<m:nary><m:sub>{run('0')}</m:sub><m:sup>{run('1')}</m:sup><m:e>{run('xdx')}</m:e></m:nary>",
            "∫_0^1xdx",
        ),
        (f"<m:rad><m:deg>{run('3')}</m:deg><m:e>{run('x')}</m:e></m:rad>", "√[3]x"),
        (f"<m:func><m:fName>{run('log')}</m:fName><m:e>{run('x')}</m:e></m:func>", "log x"),
        (
            '<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>'
            f"<m:e>{run('a')}</m:e><m:e>{run('b')}</m:e></m:d>",
            "[a|b]",
        ),
    ],
)
def test_a_formula_is_written_on_one_line(formula, expected, load):
    assert load(f"<w:p><m:oMath>{formula}</m:oMath></w:p>").pages[0].text == expected


def test_the_day_it_was_last_written_on_is_kept(make_content, make_docx):
    data = make_docx(paragraph("Text.")).replace(b"</cp:core", b"</cp:core")
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            extra = (
                b"<modified>2024-05-31T10:00:00Z</modified><dc:language>de-AT</dc:language>"
                b"</cp:coreProperties>"
            )
            new.writestr(name, old.read(name).replace(b"</cp:coreProperties>", extra))
    document = WordLoader().load(make_content("a.docx", changed.getvalue()))
    assert (document.written, document.language) == ("2024-05-31", "de")


def test_entities_are_refused(make_content, make_docx):
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(make_docx(paragraph("Text.")))) as old,
        zipfile.ZipFile(changed, "w") as new,
    ):
        for name in old.namelist():
            prefix = b'<!DOCTYPE d [<!ENTITY a "aaa">]>' if name == "word/document.xml" else b""
            new.writestr(name, prefix + old.read(name))
    with pytest.raises(DamagedFile, match=r"a\.docx .* declares entities"):
        WordLoader().load(make_content("a.docx", changed.getvalue()))


def test_a_file_that_unpacks_to_too_much_is_refused(make_content, make_docx, monkeypatch):
    monkeypatch.setattr("ingest.loaders.office_package._LARGEST_UNPACKED_BYTES", 1000)
    with pytest.raises(DamagedFile, match=r"a\.docx unpacks to more than"):
        WordLoader().load(make_content("a.docx", make_docx(paragraph("x" * 2000))))
