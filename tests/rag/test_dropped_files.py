"""Copies of dropped files: safe names, nothing overwritten unsaid, gone with their collection."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from machine import dropped_folder
from rag.dropped_files import DroppedFiles, safe_name


@pytest.fixture
def dropped(home: Path) -> DroppedFiles:
    folder = home / "collections" / "shelf"
    folder.mkdir(parents=True)
    return DroppedFiles(folder)


def keep(dropped: DroppedFiles, name: str, content: bytes, *, replace: bool = False) -> tuple[str, str]:
    kept = dropped.keep(name, io.BytesIO(content), replace=replace)
    assert kept.path.read_bytes() == content
    assert kept.path.parent == dropped.folder
    return kept.path.name, kept.keeping


def test_a_namesake_with_other_content_stays_as_it_is(dropped: DroppedFiles) -> None:
    assert keep(dropped, "a.txt", b"one") == ("a.txt", "new")
    assert keep(dropped, "a.txt", b"two") == ("a (2).txt", "beside")
    assert keep(dropped, "A.TXT", b"three") == ("A (3).TXT", "beside")
    assert keep(dropped, "a.txt", b"one") == ("a.txt", "same")
    assert keep(dropped, "a.txt", b"two") == ("a (2).txt", "same")
    assert dropped.count() == 3


def test_it_takes_a_namesakes_place_only_where_that_is_asked_for(dropped: DroppedFiles) -> None:
    keep(dropped, "a.txt", b"one")
    assert keep(dropped, "a.txt", b"two", replace=True) == ("a.txt", "replaced")
    assert dropped.count() == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("..", "document"),
        ("", "document"),
        (".hidden", "hidden"),
        ("~$draft.docx", "draft.docx"),
        ("con.txt", "document con.txt"),
        ("a\x00b\nc.pdf", "a b c.pdf"),
        ("report\u202efdp.exe", "report fdp.exe"),
        ("<img src=x>.md", "img src=x.md"),
        ("über: alles?.txt", "über alles.txt"),
        ("name. ", "name"),
    ],
)
def test_a_name_means_no_other_place(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("ü" * 400 + ".pdf")
    assert len(name.encode()) <= 180
    assert name.endswith("ü.pdf")


def test_only_dropped_files_are_deleted(dropped: DroppedFiles, tmp_path: Path) -> None:
    other = tmp_path / "a.txt"
    other.write_text("mine")
    kept = dropped.keep("a.txt", io.BytesIO(b"one"))
    assert not dropped.delete(other)
    assert not dropped.holds(other)
    assert other.is_file()
    assert dropped.holds(kept.path / "inside an archive.txt")
    assert dropped.delete(kept.path)
    assert not kept.path.exists()


def test_what_lies_in_a_dropped_file_is_led_back_to_it(dropped: DroppedFiles, tmp_path: Path) -> None:
    kept = dropped.keep("bundle.zip", io.BytesIO(b"x")).path
    assert dropped.file_of(kept) == kept
    assert dropped.file_of(f"{kept}/inner/a.txt") == kept
    assert dropped.file_of(tmp_path / "bundle.zip") is None
    assert dropped.file_of(kept.parent) is None
    assert dropped.file_of(f"{kept.parent}/../other") is None


def test_two_collections_keep_theirs_apart(home: Path, dropped: DroppedFiles) -> None:
    other_folder = home / "collections" / "desk"
    other_folder.mkdir()
    other = DroppedFiles(other_folder)
    keep(dropped, "a.txt", b"one")
    assert keep(other, "a.txt", b"two") == ("a.txt", "new")
    dropped.delete_all()
    assert (dropped.count(), other.count()) == (0, 1)


def test_a_pointer_that_was_tampered_with_leads_nowhere(home: Path, dropped: DroppedFiles) -> None:
    keep(dropped, "a.txt", b"one")
    (home / "collections" / "shelf" / "dropped-files").write_text("../collections")
    assert dropped.folder is None
    dropped.delete_all()
    assert (home / "collections" / "shelf").is_dir()
    assert dropped_folder().is_dir()


def test_a_copy_without_a_document_is_told_from_those_that_have_one(dropped: DroppedFiles) -> None:
    for name in ("read.txt", "bundle.zip", "broken.pdf", "GROSS.txt"):
        keep(dropped, name, name.encode())
    assert dropped.folder is not None
    elsewhere = Path("/mnt/other") / dropped.folder.name  # the same data home, by another path
    documents = [
        str(dropped.folder / "read.txt"),
        str(elsewhere / "bundle.zip" / "inner" / "note.txt"),
        str(elsewhere / "gross.txt"),
        "/home/me/broken.pdf",
    ]
    assert dropped.without_document(documents) == (dropped.folder / "broken.pdf",)
    assert len(dropped.without_document([])) == 4


def test_where_nothing_was_dropped_no_copy_is_without_a_document(dropped: DroppedFiles) -> None:
    assert dropped.files() == ()
    assert dropped.without_document(["/home/me/a.txt"]) == ()
