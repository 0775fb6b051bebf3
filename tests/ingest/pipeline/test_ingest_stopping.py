from __future__ import annotations

from typing import Any

import pytest

from ingest.errors import DamagedFile, StoreFull
from ingest.progress import Progress
from ingest.settings import IngestSettings
from ingest.types import Document


class TestStopping:
    def test_cancelled_between_files(self, desk) -> None:
        paths = [desk.write(f"{number}.txt", f"The gate number {number} shuts.") for number in range(4)]
        written: list[str] = []

        def watch(progress: Progress) -> None:
            if progress.stage == "writing":
                written.append(str(progress.path))

        report = desk.ingest(
            progress=watch, cancelled=lambda: len(written) == 2, settings=IngestSettings(embedding_stretch=1)
        )
        assert report.interrupted
        assert report.exit_status == 1
        assert desk.outcomes(report) == {"0.txt": "ingested", "1.txt": "ingested"}
        assert report.left == tuple(map(str, paths[2:]))
        assert set(desk.store.sources()) == set(map(str, paths[:2]))

    def test_cancelled_between_stretches(self, desk, counting_embedder) -> None:
        small = desk.write("a.txt", "The gate.")
        large = desk.write("b.txt", desk.long_text(40 * 24))
        embedder = counting_embedder()
        report = desk.ingest(
            embedder=embedder,
            cancelled=lambda: len(embedder.calls) == 2,
            settings=IngestSettings(embedding_stretch=10),
        )
        assert len(embedder.calls) == 2
        assert desk.outcomes(report) == {"a.txt": "ingested"}
        assert report.left == (str(large),)
        assert set(desk.store.sources()) == {str(small)}

    def test_a_cancelled_sync_removes_nothing_and_says_so(self, desk) -> None:
        path = desk.write("a.txt", "The gate shuts at nine.")
        desk.ingest()
        path.unlink()
        report = desk.ingest(sync=True, cancelled=lambda: True)
        assert (report.interrupted, report.left) == (True, (str(path),))
        assert desk.found("gate") == {"a.txt"}

    def test_the_same_command_goes_on_where_it_stopped(self, desk, counting_embedder) -> None:
        for number in range(4):
            desk.write(f"{number}.txt", f"The gate number {number} shuts.")
        embedder = counting_embedder()
        first = desk.ingest(
            embedder=embedder,
            cancelled=lambda: len(embedder.calls) == 2,
            settings=IngestSettings(embedding_stretch=1),
        )
        done = desk.outcomes(first)
        assert 0 < len(done) < 4
        second = desk.ingest()
        assert {name for name, outcome in desk.outcomes(second).items() if outcome == "unchanged"} == set(
            done
        )
        assert len(desk.store.sources()) == 4

    @pytest.mark.parametrize("call", [0, 1, 2])
    def test_ctrl_c_passes_through_and_leaves_a_good_store(self, call: int, desk, counting_embedder) -> None:
        for number in range(3):
            desk.write(f"{number}.txt", f"The gate number {number} shuts.")

        def interrupt(now: int) -> None:
            if now == call:
                raise KeyboardInterrupt

        told: list[Progress] = []
        with pytest.raises(KeyboardInterrupt):
            desk.ingest(
                embedder=counting_embedder(interrupt),
                progress=told.append,
                settings=IngestSettings(embedding_stretch=1),
            )
        assert told[-1].stage == "interrupted"
        assert told[-1].files_done == call
        assert desk.store.check() == []
        assert len(desk.store.sources()) == call
        assert len(desk.ingest().files) == 3
        assert len(desk.store.sources()) == 3

    def test_an_error_of_the_store_says_what_is_safe(self, desk, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(3):
            desk.write(f"{number}.txt", f"The gate number {number} shuts.")
        put = desk.store.put

        def fill_up(document: Document, *rest: Any, **more: Any) -> None:
            if len(desk.store.sources()) == 2:
                raise StoreFull("The disk is full.")
            put(document, *rest, **more)

        monkeypatch.setattr(desk.store, "put", fill_up)
        with pytest.raises(StoreFull, match=r"The disk is full\. The 2 file\(s\) of this run .* are safe"):
            desk.ingest()
        assert len(desk.store.sources()) == 2

    def test_a_file_that_the_store_refuses_fails_alone(self, desk, monkeypatch: pytest.MonkeyPatch) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.txt", "The door opens at ten.")
        put = desk.store.put

        def refuse(document: Document, *rest: Any, **more: Any) -> None:
            if document.title == "a":
                raise DamagedFile("a.txt: no.")
            put(document, *rest, **more)

        monkeypatch.setattr(desk.store, "put", refuse)
        assert desk.outcomes(desk.ingest()) == {"a.txt": "failed", "b.txt": "ingested"}
