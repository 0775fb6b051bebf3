from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.errors import NothingToIngest
from ingest.types import Document, Page

SCRIPTED = "application/x-executable"  # what the scripted loaders read


class TestOutcomes:
    def test_new_files_are_found_and_counted(self, desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.md", "# Harbour\n\nThe anchorage is free.\n\n# Fees\n\nMoorage costs four.")
        report = desk.ingest()
        assert desk.outcomes(report) == {"a.txt": "ingested", "b.md": "ingested"}
        assert desk.found("gate") == {"a.txt"}
        assert desk.found("Moorage") == {"b.md"}
        documents = {Path(document.path).name: document for document in desk.store.documents()}
        for name, document in documents.items():
            assert desk.of(report, name).pages == document.page_count
            assert desk.of(report, name).chunks == document.chunk_count
            assert desk.of(report, name).seconds > 0
        assert report.exit_status == 0
        assert report.seconds >= sum(file.seconds for file in report.files)

    def test_unchanged_files_are_skipped_without_being_read(
        self, desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.ingest()
        monkeypatch.setattr("ingest.intake.take_snapshot", None)
        assert desk.outcomes(desk.ingest()) == {"a.txt": "unchanged"}

    def test_a_touched_file_is_unchanged_and_remembered_as_such(self, desk, counting_embedder) -> None:
        path = desk.write("a.txt", "The gate shuts at nine.")
        desk.ingest()
        os.utime(path, ns=(10**18, 10**18))
        embedder = counting_embedder()
        assert desk.outcomes(desk.ingest(embedder=embedder)) == {"a.txt": "unchanged"}
        assert embedder.calls == []
        assert desk.store.sources()[str(path)].modified_ns == 10**18

    def test_a_changed_file_replaces_what_it_held(self, desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.ingest()
        desk.write("a.txt", "The door opens at ten.")
        assert desk.outcomes(desk.ingest()) == {"a.txt": "replaced"}
        assert desk.found("door") == {"a.txt"}
        assert desk.found("gate") == set()
        assert desk.store.statistics().documents == 1

    def test_a_change_within_one_tick_of_the_clock_is_seen(self, desk) -> None:
        """Same path, same size, same time; the first reading came right after the writing."""
        path = desk.write("a.txt", "The gate is shut.", settled=False)
        written = path.stat()
        desk.ingest()
        path.write_text("The door is shut.", encoding="utf-8")
        os.utime(path, ns=(written.st_atime_ns, written.st_mtime_ns))
        assert desk.outcomes(desk.ingest()) == {"a.txt": "replaced"}
        assert desk.found("gate") == set()

    def test_equal_bytes_are_two_sources_of_one_document(self, desk, counting_embedder) -> None:
        first = desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.txt", "The gate shuts at nine.")
        embedder = counting_embedder()
        report = desk.ingest(embedder=embedder)
        assert desk.outcomes(report) == {"a.txt": "ingested", "b.txt": "ingested"}
        assert desk.of(report, "b.txt").reason == f"same content as {first}"
        assert sum(embedder.calls) == 1
        desk.write("c.txt", "The gate shuts at nine.")
        assert desk.of(desk.ingest(), "c.txt").reason == f"same content as {first}"
        statistics = desk.store.statistics()
        assert (statistics.documents, statistics.sources) == (1, 3)

    def test_a_file_may_become_equal_to_another(self, desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.txt", "The door opens at ten.")
        desk.ingest()
        desk.write("b.txt", "The gate shuts at nine.")
        report = desk.ingest()
        assert desk.of(report, "b.txt").outcome == "replaced"
        assert desk.found("door") == set()

    def test_two_files_may_exchange_their_content(self, desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.txt", "The door opens at ten o'clock.")
        desk.ingest()
        desk.write("a.txt", "The door opens at ten o'clock.")
        desk.write("b.txt", "The gate shuts at nine.")
        assert desk.outcomes(desk.ingest()) == {"a.txt": "replaced", "b.txt": "replaced"}
        assert desk.found("gate") == {"b.txt"}
        assert desk.found("door") == {"a.txt"}

    def test_sync_removes_what_vanished(self, desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        gone = desk.write("b.txt", "The door opens at ten.")
        desk.ingest()
        gone.unlink()
        assert desk.outcomes(desk.ingest()) == {"a.txt": "unchanged"}
        assert desk.found("door") == {"b.txt"}
        report = desk.ingest(sync=True)
        assert desk.outcomes(report) == {"a.txt": "unchanged", "b.txt": "removed"}
        assert report.exit_status == 0
        assert desk.found("door") == set()

    def test_notes_of_the_loader_are_told(self, desk, scripted_loader) -> None:
        desk.script("a.bin")
        pages = (Page(1, "The gate.", "page 1"),)
        notes = ("1 of 2 pages is blank", "so what")
        loader = scripted_loader(lambda content: Document(content.sha256, SCRIPTED, "A", pages, notes=notes))
        assert desk.of(desk.ingest(loaders=[loader]), "a.bin").reason == "1 of 2 pages is blank; so what"

    def test_nothing_to_ingest_is_said(self, desk) -> None:
        with pytest.raises(NothingToIngest):
            desk.ingest()
