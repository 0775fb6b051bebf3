from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest import snapshot
from ingest.errors import EncryptedFile
from ingest.loaders.content import FileContent
from ingest.loaders.protocol import LoadOptions
from ingest.progress import Progress
from ingest.settings import IngestSettings
from ingest.types import Document, Page

SCRIPTED = "application/x-executable"  # what the scripted loaders read


class TestBadFiles:
    def test_one_in_the_middle_stops_nothing(self, desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.pdf", b"%PDF-1.7\nnothing of the sort")
        desk.write("c.txt", b"")
        desk.write("d.txt", "The door opens at ten.")
        report = desk.ingest()
        assert desk.outcomes(report) == {
            "a.txt": "ingested",
            "b.pdf": "failed",
            "c.txt": "skipped",
            "d.txt": "ingested",
        }
        assert "b.pdf" in str(desk.of(report, "b.pdf").reason)
        assert "empty" in str(desk.of(report, "c.txt").reason)
        assert report.exit_status == 1
        assert desk.found("door") == {"d.txt"}

    def test_an_unsupported_kind_is_skipped_in_a_folder_and_fails_when_named(self, desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        picture = desk.write("b.db", b"SQLite format 3\x00 and so on")
        report = desk.ingest()
        assert desk.of(report, "b.db").outcome == "skipped"
        assert "sqlite3" in str(desk.of(report, "b.db").reason)
        assert report.exit_status == 0
        assert desk.of(desk.ingest(picture), "b.db").outcome == "failed"

    @pytest.mark.parametrize("error", [ValueError("row 7"), RecursionError("deep")])
    def test_what_a_loader_never_should_raise_is_named(self, error: Exception, desk, scripted_loader) -> None:
        def act(content: FileContent) -> Document:
            raise error

        desk.script("a.bin")
        desk.write("b.txt", "The gate shuts at nine.")
        report = desk.ingest(loaders=[scripted_loader(act)])
        assert desk.outcomes(report) == {"a.bin": "failed", "b.txt": "ingested"}
        assert f"{type(error).__name__}: {error}" in str(desk.of(report, "a.bin").reason)

    def test_half_characters_fail_one_file_only(self, desk, scripted_loader) -> None:
        said = {
            "title.bin": ("\ud800", "text"),
            "text.bin": ("A", "\ud800 text"),
            "good.bin": ("A", "gate"),
        }
        for name in said:
            desk.script(name)

        def act(content: FileContent) -> Document:
            title, text = said[content.name]
            return Document(content.sha256, SCRIPTED, title, (Page(1, text, "page 1"),))

        report = desk.ingest(loaders=[scripted_loader(act)])
        assert desk.outcomes(report) == {"title.bin": "failed", "text.bin": "failed", "good.bin": "ingested"}

    def test_a_changed_file_that_cannot_be_read_keeps_its_old_content(self, desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.ingest()
        desk.write("a.txt", b"\x89PNG\r\n\x1a\n and so on")
        report = desk.ingest()
        assert desk.of(report, "a.txt").outcome == "failed"
        assert "before stays searchable" in str(desk.of(report, "a.txt").reason)
        assert desk.found("gate") == {"a.txt"}

    def test_a_file_above_the_limit_fails_by_name(self, desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        report = desk.ingest(settings=IngestSettings(max_file_bytes=22))
        assert desk.outcomes(report) == {"a.txt": "failed"}
        assert "23 bytes, more than the 22" in str(desk.of(report, "a.txt").reason)

    def test_a_film_is_passed_over_without_being_read_to_its_end(self, desk, monkeypatch) -> None:
        film = desk.write("film.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(100_000))
        monkeypatch.setattr("ingest.intake.take_snapshot", None)
        report = desk.ingest(settings=IngestSettings(max_file_bytes=1000))
        assert desk.of(report, "film.mp4").outcome == "skipped"
        assert "video/mp4" in str(desk.of(report, "film.mp4").reason)
        assert desk.of(desk.ingest(film), "film.mp4").outcome == "failed"

    def test_a_missing_path_beside_good_ones_fails_by_name(self, desk) -> None:
        path = desk.write("a.txt", "The gate shuts at nine.")
        assert desk.outcomes(desk.ingest(path, desk.docs / "b.txt")) == {
            "a.txt": "ingested",
            "b.txt": "failed",
        }

    def test_a_name_that_is_not_unicode_is_read_all_the_same(self, desk) -> None:
        path = desk.docs / os.fsdecode(b"caf\xe9.txt")
        try:
            path.write_text("The gate shuts at nine.", encoding="utf-8")
        except OSError:
            pytest.skip("this file system holds no such names")
        report = desk.ingest()
        assert report.files[0].outcome == "ingested"
        assert desk.found("gate") == {path.name}


class TestAFileThatChangesWhileItIsRead:
    @pytest.fixture
    def writes(self, desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Texts that another program writes to the file, one after each reading."""
        path = desk.write("a.txt", "first")
        left: list[str] = []
        sha256_of = snapshot._sha256

        def read_and_change(file: Path) -> str:
            sha256 = sha256_of(file)
            if left:
                path.write_text(left.pop(0), encoding="utf-8")
            return sha256

        monkeypatch.setattr(snapshot, "_sha256", read_and_change)
        return left

    def test_is_read_once_more(self, desk, writes: list[str]) -> None:
        writes.append("second text")
        assert desk.outcomes(desk.ingest()) == {"a.txt": "ingested"}
        assert desk.found("second") == {"a.txt"}
        assert desk.found("first") == set()

    def test_is_reported_if_it_goes_on(self, desk, writes: list[str]) -> None:
        writes += ["second text", "third and last"]
        report = desk.ingest()
        assert desk.of(report, "a.txt").outcome == "failed"
        assert "changed while it was being read" in str(desk.of(report, "a.txt").reason)

    def test_is_reported_if_it_changes_while_its_pages_are_read(self, desk, scripted_pages) -> None:
        path = desk.script("a.bin")

        def change(number: int) -> None:
            path.write_bytes(b"\x7fELF something else")

        report = desk.ingest(page_loaders=[scripted_pages(["The gate.", "The door."], change)])
        assert "changed while it was being read" in str(desk.of(report, "a.bin").reason)
        assert desk.store.sources() == {}

    def test_is_reported_if_it_vanished(self, desk, monkeypatch: pytest.MonkeyPatch) -> None:
        path = desk.write("a.txt", "first")
        desk.write("b.txt", "second")

        def vanish(progress: Progress) -> None:
            if progress.files_total:  # it was planned
                path.unlink(missing_ok=True)

        report = desk.ingest(progress=vanish)
        assert desk.outcomes(report) == {"a.txt": "failed", "b.txt": "ingested"}
        assert "no longer there" in str(desk.of(report, "a.txt").reason)


class TestFilesThatGaveNothing:
    def test_are_not_read_again_until_they_change(self, desk, scripted_pages) -> None:
        desk.script("a.bin")
        loader = scripted_pages([None])
        first = desk.of(desk.ingest(page_loaders=[loader]), "a.bin")
        second = desk.of(desk.ingest(page_loaders=[loader]), "a.bin")
        assert (second.outcome, second.reason) == (first.outcome, first.reason)
        assert loader.opened == [1]
        path = desk.script("a.bin")
        path.write_bytes(path.read_bytes() + b"more")
        desk.ingest(page_loaders=[loader])
        assert loader.opened == [1, 1]

    def test_are_read_again_when_named_or_read_in_another_way(self, desk, scripted_pages) -> None:
        path = desk.script("a.bin")
        loader = scripted_pages([None])
        desk.ingest(page_loaders=[loader])
        desk.ingest(path, page_loaders=[loader])
        desk.ingest(page_loaders=[loader], options=LoadOptions(ocr="always"))
        assert loader.opened == [1, 1, 1]

    def test_a_locked_file_is_tried_again(self, desk, scripted_pages) -> None:
        def locked(number: int) -> None:
            raise EncryptedFile("a.bin is locked.")

        desk.script("a.bin")
        assert desk.of(desk.ingest(page_loaders=[scripted_pages([""], locked)]), "a.bin").wants_password
        assert desk.outcomes(desk.ingest(page_loaders=[scripted_pages(["The gate."])])) == {
            "a.bin": "ingested"
        }
