"""OpenDocument: texts by sections, workbooks by sheets, presentations by slides."""

from __future__ import annotations

import io
import zipfile

import pytest

from ingest.errors import EncryptedFile
from ingest.loaders.opendocument import OpenDocumentLoader

SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
NAMES = (
    " ".join(
        f'xmlns:{prefix}="{SPACE}{prefix}:1.0"'
        for prefix in ("office", "text", "table", "draw", "style", "presentation", "meta", "manifest")
    )
    + ' xmlns:svg="svg" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
KINDS = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}


@pytest.fixture
def load(make_content):
    def load(kind: str, body: str, styles: str = "", **members: str):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as package:
            package.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
            package.writestr(
                "content.xml",
                f"<office:document-content {NAMES}>"
                f"<office:automatic-styles>{styles}</office:automatic-styles>"
                f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
            )
            for name, text in members.items():
                package.writestr(
                    f"{name}.xml", f"<office:document-{name} {NAMES}>{text}</office:document-{name}>"
                )
        return OpenDocumentLoader().load(make_content(f"a.{KINDS[kind]}", data.getvalue()))

    return load


def test_headings_become_sections_and_lists_keep_their_marks(load):
    document = load(
        "text",
        '<text:h text:outline-level="1">Returns</text:h>'
        '<text:p>Free<text:s text:c="2"/>of\n  charge.</text:p>'
        '<text:list text:style-name="L1"><text:list-item><text:p>a card</text:p>'
        '<text:list text:style-name="L2">'
        "<text:list-item><text:p>signed</text:p></text:list-item></text:list></text:list-item></text:list>",
        '<text:list-style style:name="L2"><text:list-level-style-number/></text:list-style>',
    )
    assert [(page.label, page.text) for page in document.pages] == [
        ("section Returns", "Returns\nFree  of charge.\n- a card\n  1. signed")
    ]


def test_notes_comments_headers_and_deleted_text(load):
    document = load(
        "text",
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes><text:p>Free.<text:note>"
        "<text:note-citation>1</text:note-citation><text:note-body><text:p>See annex.</text:p>"
        "</text:note-body>"
        "</text:note><office:annotation><dc:creator>Ada</dc:creator><text:p>Really?</text:p></office:annotation>"
        "</text:p>",
        styles="",
        meta="<office:meta><dc:title>Policy</dc:title><meta:initial-creator>Ada</meta:initial-creator>"
        "<dc:date>2024-05-31T10:00:00</dc:date><dc:language>de-AT</dc:language></office:meta>",
    )
    assert {page.label: page.text for page in document.pages} == {
        "the beginning": "Free. [note 1]",
        "notes": "[note 1] See annex.",
        "comments": "Ada: Really?",
    }
    about = (document.title, document.author, document.written, document.language)
    assert about == ("Policy", "Ada", "2024-05-31", "de")


def cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_a_sheet_shows_values_as_they_are_shown_and_days_as_iso(load):
    row = "<table:table-row>{}</table:table-row>"
    document = load(
        "spreadsheet",
        '<table:table table:name="Sales" table:style-name="T1">'
        + row.format(cell("Day") + cell("Share"))
        + row.format(
            cell("31.05.24", 'office:value-type="date" office:date-value="2024-05-31"')
            + cell("25 %", 'office:value-type="percentage" office:value="0.25"')
        )
        + '<table:table-row table:number-rows-repeated="1048573"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row></table:table>',
        '<style:style style:name="T1"><style:table-properties table:display="false"/></style:style>',
    )
    assert document.pages[0].text == "Day | Share\nDay: 2024-05-31 | Share: 25 %"
    assert document.notes == ("The sheet Sales is hidden; it is read too.",)


def test_a_slide_is_read_from_its_title_down(load):
    def frame(text: str, top: int, kind: str = "outline") -> str:
        return (
            f'<draw:frame presentation:class="{kind}" svg:y="{top}cm"><draw:text-box><text:p>{text}</text:p>'
            "</draw:text-box></draw:frame>"
        )

    document = load(
        "presentation",
        f"<draw:page>{frame('Below', 9)}{frame('Above', 5)}{frame('Results', 1, 'title')}"
        f"{frame('3', 0, 'page-number')}"
        f"<presentation:notes>{frame('Smile.', 1, 'notes')}</presentation:notes></draw:page>",
    )
    assert [(page.label, page.headings, page.text) for page in document.pages] == [
        ("slide 1", ("Results",), "Results\n\nAbove\n\nBelow\n\nNotes:\nSmile.")
    ]


def test_a_password_is_named(make_content):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
        package.writestr("content.xml", b"\x00\x01noise")
    with pytest.raises(EncryptedFile, match=r"a\.odt is an OpenDocument file under a password"):
        OpenDocumentLoader().load(make_content("a.odt", data.getvalue()))
