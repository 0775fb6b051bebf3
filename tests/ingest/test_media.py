from __future__ import annotations

import hashlib
import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import UnreadableFile
from ingest.loaders.content import FileContent, FileOnDisk, read_content
from ingest.media import (
    CSV,
    DOCX,
    ENCRYPTED_OFFICE,
    HTML,
    JSON,
    JSON_LINES,
    MAIL,
    MARKDOWN,
    NOTEBOOK,
    ODT,
    PDF,
    PLAIN_TEXT,
    PPTX,
    RST,
    SOURCE_CODE,
    SVG,
    UNKNOWN,
    XML,
    ZIP,
    tell_media_type,
    tell_media_type_of_file,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind(name: str, data: bytes) -> str:
    return tell_media_type(FileContent(Path(name), data, hashlib.sha256(data).hexdigest()))


def zipped(**members: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/"), text)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("report.docx", b"%PDF-1.7\n", PDF),
        ("report", b"\r\nsome mailer's line\n%PDF-1.4\n", PDF),
        ("report.pdf", zipped(word__document="<w/>"), DOCX),
        ("report.pdf", zipped(word__document="<w/>" * 50)[:-30], DOCX),
        ("book.zip", zipped(mimetype="application/epub+zip"), "application/epub+zip"),
        ("things.docx", zipped(notes="a"), "application/zip"),
        ("report.docx", OLE + "EncryptedPackage".encode("utf-16-le"), ENCRYPTED_OFFICE),
        ("report.docx", OLE + "WordDocument".encode("utf-16-le"), "application/msword"),
        ("missing.pdf", b"<html><head><title>404 Not Found</title></head></html>", HTML),
        ("page.txt", b"\n<!-- saved --><!DOCTYPE html><p>x", HTML),
        ("fragment.html", b"words first <p>then</p>", HTML),
        ("data.xml", b"<?xml version='1.0'?><rows/>", "application/xml"),
        ("page.xml", b"<?xml version='1.0'?><html xmlns='x'/>", HTML),
        ("notes.md", b"# Title", MARKDOWN),
        ("notes.txt", b"# Title", PLAIN_TEXT),
        ("notes", b"# Title", PLAIN_TEXT),
        ("notes.md", b"caf\xe9", MARKDOWN),
        ("table.csv", b"a,b\n1,2", CSV),
        ("letter", b"From: a@b\nTo: c@d\nSubject: x\nDate: today\n\nHello", "message/rfc822"),
        ("letter.rtf", b"{\\rtf1 x}", "application/rtf"),
        ("photo.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
        ("noise.txt", bytes(range(256)) * 20, UNKNOWN),
        ("wide.txt", "wide characters".encode("utf-16-le"), PLAIN_TEXT),
        ("about.md", b"A file begins with `%PDF-1.4` here.", MARKDOWN),
        ("mark.txt", b"x %PDF-1.4\n1 0 obj\n", PDF),
        ("sheet.doc", OLE + "Book\0".encode("utf-16-le"), "application/vnd.ms-excel"),
        ("a.zip", zipped(**{"META-INF__container.xml": "<c/>"}), "application/epub+zip"),
        ("a.odt", zipped(mimetype="application/vnd.oasis.opendocument.text-template"), ODT),
        ("a.zip", zipped(mimetype="application/pdf"), "application/zip"),
        ("a.json", b"no json at all", JSON),
        ("a", b'{"a": 1}\n', JSON),
        ("a.log", b'{"a": 1}\n{"a": 2}\n', JSON_LINES),
        ("a.txt", b"[1] a footnote", PLAIN_TEXT),
        ("a.json", b'{"cells": [], "nbformat": 4}', NOTEBOOK),
        ("a.eml", b"Dear Ada,\n\nhello", PLAIN_TEXT),
        ("a.eml", "Subject: x\nFrom: a@b\n\nHello".encode("utf-16"), MAIL),
        ("a.txt", b"From: a@b\nTo: c@d\nSubject: x\nDate: today\n\nHello", PLAIN_TEXT),
        ("a.txt", b"From: a@b\nTo: c@d\nSubject: x\nMIME-Version: 1.0\n\nHello", MAIL),
        ("a.rst", b"Title\n=====\n", RST),
        ("a.py", b"# code", SOURCE_CODE),
        ("run", b"#!/bin/sh\nls", SOURCE_CODE),
        ("Makefile", b"all:\n\tls", SOURCE_CODE),
        ("a.svg", b"<svg xmlns='x'><text>a</text></svg>", SVG),
        ("feed", b"<rss xmlns:a='b'><item/></rss>", XML),
        ("a.txt", b"a;b;c\n1;2;3\n4;5;6\n7;8;9\n", CSV),
        ("a.txt", b"One, two, three.\nFour, five.\nSix, seven.\nEight.\n", PLAIN_TEXT),
        ("a.txt", "Über uns und über dich. ".encode("cp500") * 9, PLAIN_TEXT),
    ],
)
def test_the_content_tells(name, data, expected):
    assert kind(name, data) == expected


def test_a_zip_s_beginning_that_tells_nothing_is_left_open():
    whole = zipped(**{"[Content_Types].xml": "x" * 300, "word__document.xml": "<w/>"})
    head = FileContent(Path("a.docx"), whole[:200], "")
    assert tell_media_type(head, is_whole=False) == UNKNOWN
    assert tell_media_type(FileContent(Path("a.docx"), whole, "")) == DOCX


@pytest.fixture
def kind_on_disk(tmp_path):
    """What a file is taken for, which must never be read whole."""

    def tell(name: str, data: bytes, size: int | None = None) -> str:
        path = tmp_path / name
        path.write_bytes(data)
        if size is not None:
            os.truncate(path, size)
        with pytest.MonkeyPatch.context() as patch:
            patch.delattr(Path, "read_bytes")
            return tell_media_type_of_file(FileOnDisk(path, path, "", path.stat().st_size))

    return tell


LONG = "x" * 70_000  # more than the beginning of a file that is read first


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.zip", zipped(notes=LONG, more="b"), ZIP),
        ("a.docx", zipped(**{"[Content_Types].xml": LONG, "word__document.xml": "<w/>"}), DOCX),
        ("a.odt", zipped(first=LONG, mimetype="application/vnd.oasis.opendocument.text"), ODT),
        ("a.xls", OLE + b"\0" * 70_000 + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
        ("a.md", b"x" + ("ä" * 40_000).encode(), MARKDOWN),  # the beginning's end lies within a letter
        ("a.md", b"# Title", MARKDOWN),
    ],
)
def test_a_file_on_the_disk_is_told_without_reading_it_whole(kind_on_disk, name, data, expected):
    assert kind_on_disk(name, data) == expected


@pytest.mark.parametrize(
    "start", [b"", b"SQLite format 3\x00", b"\0" * 32_769 + b"CD001", OLE, b"PK\x03\x04"]
)
def test_gigabytes_of_nothing_known_cost_no_time(kind_on_disk, start):
    begun = time.monotonic()
    kind_on_disk("disk.img", start, 4 * 1024**3)
    assert time.monotonic() - begun < 30


def test_an_office_file_within_a_zip_does_not_tell_what_that_is(kind_on_disk):
    inner = zipped(word__document="<w/>")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as outer:
        outer.writestr("report.docx", inner)
        outer.writestr("notes.txt", LONG)
    whole = archive.getvalue()
    without_directory = whole[: whole.rindex(b"PK\x01\x02report.docx"[:4])]
    for data in (whole, without_directory):
        assert kind("a.zip", data) == ZIP
        assert kind_on_disk("a.zip", data) == ZIP


@pytest.mark.parametrize("name", ["talk.pptx", "talk"])
def test_a_damaged_directory_leaves_the_members_names(kind_on_disk, name):
    whole = zipped(**{"[Content_Types].xml": LONG, "ppt__presentation.xml": "<p/>"})
    directory = whole.index(b"PK\x01\x02")
    for data in (
        whole[:directory],
        whole[:directory] + whole[directory:].replace(b"ppt/", b"qpt/"),
        whole[:directory] + whole[directory:].replace(b"PK\x01\x02", b"PK\x01\xff"),
    ):
        assert kind(name, data) == PPTX
        assert kind_on_disk(name, data) == PPTX


def test_where_no_member_tells_an_office_file_s_name_does(kind_on_disk):
    data = zipped(**{"[Content_Types].xml": LONG, "ppt__presentation.xml": "<p/>"})[:60_000]
    assert kind_on_disk("talk.pptx", data) == PPTX
    assert kind_on_disk("talk.bin", data) == ZIP


def test_a_long_text_is_told_from_its_beginning():
    data = ("ä" * 40_000).encode()  # 2 bytes each: the beginning's end lies between two
    assert kind("a.md", b"x" + data) == MARKDOWN


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", OLE, b"PK\x03\x04", b"PK\x05\x06", b"RIFF", b"<", b"\xff\xfe"]),
    st.sampled_from(["a", "a.md", "a.html", "a.docx"]),
)
def test_any_bytes_have_a_kind(data, start, name):
    assert "/" in kind(name, start + data)


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UnreadableFile, match=r"a\.txt may not be read by this user"):
        read_content(tmp_path / "a.txt")


def test_a_file_that_went_away_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match=r"a\.txt is no longer there"):
        read_content(tmp_path / "a.txt")
