"""DOC, PPT and XLS: what is made of the parsers' findings, and what is said where they find nothing."""

from __future__ import annotations

import office_oxide
import pytest

from ingest.errors import DamagedFile
from ingest.loaders import legacy_office
from ingest.loaders.content import FileContent
from ingest.loaders.legacy_office import LegacyOfficeLoader
from ingest.loaders.sheets import OldSheetsLoader
from ingest.loaders.word import WordLoader

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def text(words: str) -> dict:
    return {"type": "paragraph", "content": [{"type": "text", "text": words}]}


@pytest.fixture
def parsed(monkeypatch, make_content):
    """Loads a file in which the parser finds this tree. No parser is needed to tell these bytes' kind."""

    def load(stream: str, sections: list[dict]):
        class Found:
            @staticmethod
            def from_bytes(data: bytes, kind: str) -> Found:
                return Found()

            def __enter__(self) -> Found:
                return self

            def __exit__(self, *error: object) -> None: ...

            def to_ir(self) -> dict:
                return {
                    "metadata": {"author": "Ada", "modified": "2003-05-31T10:00:00Z"},
                    "sections": sections,
                }

        monkeypatch.setattr(office_oxide, "Document", Found)
        monkeypatch.setattr(legacy_office, "opened", lambda content, options: content)
        return LegacyOfficeLoader().load(make_content("a.old", OLE + stream.encode("utf-16-le")))

    return load


def test_a_word_file_becomes_sections_with_running_lines_apart(parsed):
    table = {"type": "table", "rows": [{"cells": [{"content": [text("North")]}, {"content": [text("12")]}]}]}
    items = {"type": "list", "ordered": True, "items": [{"content": [text("a card")]}]}
    header = {"content": [text("Acme Ltd")]}
    heading = {"type": "heading", "level": 1, "content": [{"type": "text", "text": "Returns"}]}
    document = parsed(
        "WordDocument", [{"elements": [heading, text("Free."), items, table], "header": header}]
    )
    assert [(page.label, page.text) for page in document.pages] == [
        ("section Returns", "Returns\nFree.\n- a card\n\nNorth | 12"),
        ("headers and footers", "Acme Ltd"),
    ]
    assert (document.author, document.written) == ("Ada", "2003-05-31")


def test_a_powerpoint_file_becomes_slides(parsed):
    heading = {"type": "heading", "level": 1, "content": [{"type": "text", "text": "Results"}]}
    master = {"title": "Slide Master", "elements": [text("Acme Ltd")]}
    document = parsed("PowerPoint Document", [{"elements": [heading, text("Sales grew")]}, master])
    assert [(page.label, page.headings, page.text) for page in document.pages] == [
        ("slide 1", ("Results",), "Results\nSales grew"),
        ("on every slide", (), "Acme Ltd"),
    ]


@pytest.fixture
def broken(make_content, monkeypatch):
    monkeypatch.setattr(legacy_office, "opened", lambda content, options: content)
    return make_content("a.doc", OLE + "WordDocument".encode("utf-16-le") + bytes(600))


def test_what_cannot_be_read_says_what_to_do(broken, monkeypatch):
    monkeypatch.setattr(legacy_office, "converted", lambda *arguments: None)
    with pytest.raises(DamagedFile, match=r"a\.doc could not be read as a Word file .* install LibreOffice"):
        LegacyOfficeLoader([WordLoader()]).load(broken)


def test_what_cannot_be_read_goes_through_libre_office(broken, make_docx, monkeypatch):
    def convert(content: FileContent, suffix: str, wanted: str) -> FileContent:
        assert (suffix, wanted) == ("doc", "docx")
        return FileContent(content.path, make_docx("<w:p><w:r><w:t>Free.</w:t></w:r></w:p>"), content.sha256)

    monkeypatch.setattr(legacy_office, "converted", convert)
    document = LegacyOfficeLoader([WordLoader()]).load(broken)
    assert (document.pages[0].text, document.sha256) == ("Free.", broken.sha256)


def record(kind: int, body: bytes) -> bytes:
    return kind.to_bytes(2, "little") + len(body).to_bytes(2, "little") + body


def test_an_old_workbook_is_read(make_content):
    """The bare record stream of Excel 2, which lies in no container."""
    cells = [("Region", 0, 0), ("Sales", 0, 1), ("North", 1, 0)]
    labels = b"".join(
        record(
            4,
            row.to_bytes(2, "little")
            + column.to_bytes(2, "little")
            + bytes(3)
            + bytes([len(t)])
            + t.encode(),
        )
        for t, row, column in cells
    )
    number = record(2, b"\x01\x00\x01\x00" + bytes(3) + (12).to_bytes(2, "little"))
    stream = record(9, b"\x02\x00\x10\x00") + labels + number + record(10, b"")
    document = OldSheetsLoader().load(make_content("a.xls", stream))
    assert document.pages[0].text == "Region | Sales\nRegion: North | Sales: 12"


@pytest.mark.parametrize("loader", [OldSheetsLoader, LegacyOfficeLoader])
def test_noise_is_damage_in_words(loader, make_content):
    for noise in (OLE + bytes(2000), OLE + "WordDocument".encode("utf-16-le"), b"\x00\xff" * 300):
        with pytest.raises(DamagedFile, match=r"a\.xls"):
            loader().load(make_content("a.xls", noise))
