"""What documents are called where several are shown."""

from __future__ import annotations

from pathlib import Path

from apps.document_names import shown_names


def names(*paths: str) -> list[str]:
    found = shown_names(paths)
    return [found[path] for path in paths]


def test_a_file_name_that_is_unique_says_enough() -> None:
    assert names("/a/fees.md", "/a/hours.txt", "/a/fees.md") == ["fees.md", "hours.txt", "fees.md"]


def test_as_many_folders_stand_in_front_as_tell_two_apart() -> None:
    assert names("/x/a/s/deck.pptx", "/x/b/s/deck.pptx", "/x/b/t/deck.pptx", "/x/b/s/other") == [
        "a/s/deck.pptx",
        "b/s/deck.pptx",
        "t/deck.pptx",
        "other",
    ]


def test_a_file_at_the_root_beside_one_of_its_name() -> None:
    assert names("/deck.pptx", "/a/deck.pptx") == ["/deck.pptx", "a/deck.pptx"]


def test_a_member_is_named_with_the_file_it_lies_in(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"  # no suffix tells that this is an archive; that it is a file does
    bundle.write_bytes(b"")
    assert names(f"{bundle}/inner/deck.pptx") == ["bundle › inner/deck.pptx"]


def test_a_member_of_a_file_that_is_gone_is_told_by_the_suffix() -> None:
    assert names("/gone/old 2023.ZIP/inner/mail.eml/deck.pptx", "/gone/mail.eml/a.csv", "/gone/mail.eml") == [
        "old 2023.ZIP › inner/mail.eml › deck.pptx",
        "mail.eml › a.csv",
        "mail.eml",
    ]


def test_a_folder_called_like_an_archive_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "unpacked.zip").mkdir()
    assert names(f"{tmp_path}/unpacked.zip/deck.pptx") == ["deck.pptx"]


def test_members_of_archives_of_one_name_are_told_apart() -> None:
    assert names("/gone/a/old.zip/deck.pptx", "/gone/b/old.zip/deck.pptx", "/gone/deck.pptx") == [
        "a/old.zip › deck.pptx",
        "b/old.zip › deck.pptx",
        "deck.pptx",
    ]
