from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.assembly import build_splitter, default_loaders
from ingest.embedding.hashing import HashingEmbedder
from ingest.embedding.protocol import Vectors
from ingest.errors import DamagedFile, NothingToIngest, StoreFull
from ingest.loaders.content import FileContent
from ingest.pipeline import ingest
from ingest.progress import Progress
from ingest.reading import Reader
from ingest.report import FileOutcome, IngestReport
from ingest.settings import IngestSettings, SplitterSettings
from ingest.store.store import Store
from ingest.types import Document, Page

JSON = "application/json"  # a kind that no shipped loader reads


class ScriptedLoader:
    """Reads `.json` files by doing what a test says."""

    def __init__(self, act: Callable[[FileContent], Document]) -> None:
        self._act = act

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({JSON})

    def load(self, content: FileContent, password: str | None = None) -> Document:
        return self._act(content)


class CountingEmbedder(HashingEmbedder):
    """Remembers how many texts came in each call, and does something before each."""

    def __init__(self, before: Callable[[int], None] = lambda call: None) -> None:
        super().__init__()
        self.calls: list[int] = []
        self._before = before

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self._before(len(self.calls))
        self.calls.append(len(texts))
        return super().embed_documents(texts)


class Desk:
    """A folder of documents and a store to ingest them into."""

    def __init__(self, folder: Path) -> None:
        self.docs = folder / "docs"
        self.docs.mkdir()
        self.store = Store.create(folder / "collection", HashingEmbedder().identity, "for tests")

    def write(self, name: str, text: str | bytes, *, settled: bool = True) -> Path:
        """Write a file, by default one whose last change is long past."""
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        if settled:
            past = path.stat().st_mtime_ns - 10**12
            os.utime(path, ns=(past, past))
        return path

    def ingest(
        self,
        *paths: Path,
        embedder: HashingEmbedder | None = None,
        loaders: Sequence[Any] = (),
        **options: Any,
    ) -> IngestReport:
        embedder = embedder or HashingEmbedder()
        splitter = build_splitter(SplitterSettings(max_tokens=40, overlap_tokens=0), embedder)
        return ingest(
            self.store, paths or (self.docs,), (*default_loaders(), *loaders), splitter, embedder, **options
        )

    def found(self, word: str) -> set[str]:
        """Names of the documents in which a search finds the word, by words and by vectors."""
        hits = self.store.search_lexical(word, 10)
        hits += self.store.search_dense(HashingEmbedder().embed_query(word), 100)
        chunks = self.store.chunks([chunk_id for chunk_id, _ in hits])
        return {Path(chunk.document).name for chunk in chunks.values() if word in chunk.chunk.text}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def outcomes(report: IngestReport) -> dict[str, str]:
    return {Path(file.path).name: file.outcome for file in report.files}


def of(report: IngestReport, name: str) -> FileOutcome:
    (outcome,) = (file for file in report.files if Path(file.path).name == name)
    return outcome


def long_text(words: int, word: str = "word") -> str:
    return " ".join(f"{word}{number}" for number in range(words))


class TestOutcomes:
    def test_new_files_are_found_and_counted(self, desk: Desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.md", "# Harbour\n\nThe anchorage is free.\n\n# Fees\n\nMoorage costs four.")
        report = desk.ingest()
        assert outcomes(report) == {"a.txt": "ingested", "b.md": "ingested"}
        assert desk.found("gate") == {"a.txt"}
        assert desk.found("Moorage") == {"b.md"}
        documents = {Path(document.path).name: document for document in desk.store.documents()}
        for name, document in documents.items():
            assert of(report, name).pages == document.page_count
            assert of(report, name).chunks == document.chunk_count
            assert of(report, name).seconds > 0
        assert report.exit_status == 0
        assert report.seconds >= sum(file.seconds for file in report.files)

    def test_unchanged_files_are_skipped_without_being_read(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.ingest()
        monkeypatch.setattr(Reader, "read_bytes", None)
        assert outcomes(desk.ingest()) == {"a.txt": "unchanged"}

    def test_a_touched_file_is_unchanged_and_remembered_as_such(self, desk: Desk) -> None:
        path = desk.write("a.txt", "The gate shuts at nine.")
        desk.ingest()
        os.utime(path, ns=(10**18, 10**18))
        embedder = CountingEmbedder()
        assert outcomes(desk.ingest(embedder=embedder)) == {"a.txt": "unchanged"}
        assert embedder.calls == []
        assert desk.store.sources()[str(path)].modified_ns == 10**18

    def test_a_changed_file_replaces_what_it_held(self, desk: Desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.ingest()
        desk.write("a.txt", "The door opens at ten.")
        assert outcomes(desk.ingest()) == {"a.txt": "replaced"}
        assert desk.found("door") == {"a.txt"}
        assert desk.found("gate") == set()
        assert desk.store.statistics().documents == 1

    def test_a_change_within_one_tick_of_the_clock_is_seen(self, desk: Desk) -> None:
        """Same path, same size, same time; the first reading came right after the writing."""
        path = desk.write("a.txt", "The gate is shut.", settled=False)
        written = path.stat()
        desk.ingest()
        path.write_text("The door is shut.", encoding="utf-8")
        os.utime(path, ns=(written.st_atime_ns, written.st_mtime_ns))
        assert outcomes(desk.ingest()) == {"a.txt": "replaced"}
        assert desk.found("gate") == set()

    def test_equal_bytes_are_two_sources_of_one_document(self, desk: Desk) -> None:
        first = desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.txt", "The gate shuts at nine.")
        embedder = CountingEmbedder()
        report = desk.ingest(embedder=embedder)
        assert outcomes(report) == {"a.txt": "ingested", "b.txt": "ingested"}
        assert of(report, "b.txt").reason == f"same content as {first}"
        assert sum(embedder.calls) == 1
        desk.write("c.txt", "The gate shuts at nine.")
        assert of(desk.ingest(), "c.txt").reason == f"same content as {first}"
        statistics = desk.store.statistics()
        assert (statistics.documents, statistics.sources) == (1, 3)

    def test_a_file_may_become_equal_to_another(self, desk: Desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.txt", "The door opens at ten.")
        desk.ingest()
        desk.write("b.txt", "The gate shuts at nine.")
        report = desk.ingest()
        assert of(report, "b.txt").outcome == "replaced"
        assert desk.found("door") == set()

    def test_two_files_may_exchange_their_content(self, desk: Desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.txt", "The door opens at ten o'clock.")
        desk.ingest()
        desk.write("a.txt", "The door opens at ten o'clock.")
        desk.write("b.txt", "The gate shuts at nine.")
        assert outcomes(desk.ingest()) == {"a.txt": "replaced", "b.txt": "replaced"}
        assert desk.found("gate") == {"b.txt"}
        assert desk.found("door") == {"a.txt"}

    def test_sync_removes_what_vanished(self, desk: Desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        gone = desk.write("b.txt", "The door opens at ten.")
        desk.ingest()
        gone.unlink()
        assert outcomes(desk.ingest()) == {"a.txt": "unchanged"}
        assert desk.found("door") == {"b.txt"}
        report = desk.ingest(sync=True)
        assert outcomes(report) == {"a.txt": "unchanged", "b.txt": "removed"}
        assert report.exit_status == 0
        assert desk.found("door") == set()

    def test_sync_follows_a_moved_file_without_embedding_it_again(self, desk: Desk) -> None:
        path = desk.write("a.txt", "The gate shuts at nine.")
        desk.ingest()
        path.rename(desk.docs / "z.txt")
        embedder = CountingEmbedder()
        report = desk.ingest(sync=True, embedder=embedder)
        assert outcomes(report) == {"a.txt": "removed", "z.txt": "ingested"}
        assert embedder.calls == []
        assert desk.found("gate") == {"z.txt"}

    def test_notes_of_the_loader_are_told(self, desk: Desk) -> None:
        desk.write("a.json", "{}")
        pages = (Page(1, "The gate.", "page 1"),)
        notes = ("1 of 2 pages is blank", "so what")
        loader = ScriptedLoader(lambda content: Document(content.sha256, JSON, "A", pages, notes=notes))
        assert of(desk.ingest(loaders=[loader]), "a.json").reason == "1 of 2 pages is blank; so what"

    def test_nothing_to_ingest_is_said(self, desk: Desk) -> None:
        with pytest.raises(NothingToIngest):
            desk.ingest()


class TestBadFiles:
    def test_one_in_the_middle_stops_nothing(self, desk: Desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.pdf", b"%PDF-1.7\nnothing of the sort")
        desk.write("c.txt", b"")
        desk.write("d.txt", "The door opens at ten.")
        report = desk.ingest()
        assert outcomes(report) == {
            "a.txt": "ingested",
            "b.pdf": "failed",
            "c.txt": "failed",
            "d.txt": "ingested",
        }
        assert "b.pdf" in str(of(report, "b.pdf").reason)
        assert "empty" in str(of(report, "c.txt").reason)
        assert report.exit_status == 1
        assert desk.found("door") == {"d.txt"}

    def test_an_unsupported_kind_is_skipped_in_a_folder_and_fails_when_named(self, desk: Desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        picture = desk.write("b.png", b"\x89PNG\r\n\x1a\n and so on")
        report = desk.ingest()
        assert of(report, "b.png").outcome == "skipped"
        assert "image/png" in str(of(report, "b.png").reason)
        assert report.exit_status == 0
        assert of(desk.ingest(picture), "b.png").outcome == "failed"

    @pytest.mark.parametrize("error", [ValueError("row 7"), RecursionError("deep"), MemoryError("no more")])
    def test_what_a_loader_never_should_raise_is_named(self, error: Exception, desk: Desk) -> None:
        def act(content: FileContent) -> Document:
            raise error

        desk.write("a.json", "{}")
        desk.write("b.txt", "The gate shuts at nine.")
        report = desk.ingest(loaders=[ScriptedLoader(act)])
        assert outcomes(report) == {"a.json": "failed", "b.txt": "ingested"}
        assert f"{type(error).__name__}: {error}" in str(of(report, "a.json").reason)

    def test_half_characters_fail_one_file_only(self, desk: Desk) -> None:
        said = {
            "title.json": ("\ud800", "text"),
            "text.json": ("A", "\ud800 text"),
            "good.json": ("A", "gate"),
        }
        for name in said:
            desk.write(name, f'"{name}"')

        def act(content: FileContent) -> Document:
            title, text = said[content.name]
            return Document(content.sha256, JSON, title, (Page(1, text, "page 1"),))

        report = desk.ingest(loaders=[ScriptedLoader(act)])
        assert outcomes(report) == {"title.json": "failed", "text.json": "failed", "good.json": "ingested"}

    def test_a_changed_file_that_cannot_be_read_keeps_its_old_content(self, desk: Desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.ingest()
        desk.write("a.txt", b"\x89PNG\r\n\x1a\n and so on")
        report = desk.ingest()
        assert of(report, "a.txt").outcome == "failed"
        assert "before stays searchable" in str(of(report, "a.txt").reason)
        assert desk.found("gate") == {"a.txt"}

    def test_a_file_above_the_limit_fails_by_name(self, desk: Desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.png", b"\x89PNG\r\n\x1a\n and so on, for long")
        report = desk.ingest(settings=IngestSettings(max_file_bytes=22))
        assert outcomes(report) == {"a.txt": "failed", "b.png": "skipped"}
        assert "23 bytes, more than the 22" in str(of(report, "a.txt").reason)

    def test_a_missing_path_beside_good_ones_fails_by_name(self, desk: Desk) -> None:
        path = desk.write("a.txt", "The gate shuts at nine.")
        assert outcomes(desk.ingest(path, desk.docs / "b.txt")) == {"a.txt": "ingested", "b.txt": "failed"}

    def test_a_name_that_is_not_unicode_is_read_all_the_same(self, desk: Desk) -> None:
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
    def writes(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Texts that another program writes to the file, one after each reading."""
        path = desk.write("a.txt", "first")
        left: list[str] = []
        read = Path.read_bytes

        def read_and_change(self: Path) -> bytes:
            data = read(self)
            if left:
                path.write_text(left.pop(0), encoding="utf-8")
            return data

        monkeypatch.setattr(Path, "read_bytes", read_and_change)
        return left

    def test_is_read_once_more(self, desk: Desk, writes: list[str]) -> None:
        writes.append("second text")
        assert outcomes(desk.ingest()) == {"a.txt": "ingested"}
        assert desk.found("second") == {"a.txt"}
        assert desk.found("first") == set()

    def test_is_reported_if_it_goes_on(self, desk: Desk, writes: list[str]) -> None:
        writes += ["second text", "third and last"]
        report = desk.ingest()
        assert of(report, "a.txt").outcome == "failed"
        assert "changed while it was being read" in str(of(report, "a.txt").reason)

    def test_is_reported_if_it_vanished(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        path = desk.write("a.txt", "first")
        desk.write("b.txt", "second")

        def vanish(progress: Progress) -> None:
            if progress.stage == "reading":
                path.unlink(missing_ok=True)

        report = desk.ingest(progress=vanish)
        assert outcomes(report) == {"a.txt": "failed", "b.txt": "ingested"}
        assert "no longer there" in str(of(report, "a.txt").reason)


class TestStretches:
    def test_small_documents_are_embedded_together(self, desk: Desk) -> None:
        for number in range(25):
            desk.write(f"{number}.txt", f"The gate number {number} shuts.")
        embedder = CountingEmbedder()
        report = desk.ingest(embedder=embedder, settings=IngestSettings(embedding_stretch=10))
        assert embedder.calls == [10, 10, 5]
        assert report.count("ingested") == 25

    def test_a_large_document_is_embedded_in_stretches_with_progress(self, desk: Desk) -> None:
        desk.write("a.txt", "The gate.")
        desk.write("b.txt", long_text(40 * 24))
        desk.write("c.txt", "The door.")
        embedder, told = CountingEmbedder(), list[Progress]()
        stretch = IngestSettings(embedding_stretch=10)
        report = desk.ingest(embedder=embedder, progress=told.append, settings=stretch)
        chunks = report.chunks
        assert chunks >= 1 + 24 + 1
        assert sum(embedder.calls) == chunks
        assert max(embedder.calls) == 10
        embedding = [moment.chunks_done for moment in told if moment.stage == "embedding"]
        assert embedding == [0, 10, 20, chunks - 1]

    def test_vectors_stay_with_their_chunks(self, desk: Desk) -> None:
        texts = [long_text(30 + 17 * number, f"w{number}x") for number in range(9)]
        for number, text in enumerate(texts):
            desk.write(f"{number}.txt", text)
        desk.ingest(settings=IngestSettings(embedding_stretch=4))
        embedder = HashingEmbedder()
        statistics = desk.store.statistics()
        assert statistics.vectors == statistics.chunks > 9
        hits = desk.store.search_dense(np.full(256, 1 / 16, dtype=np.float32), 1000)
        for chunk_id, chunk in desk.store.chunks([chunk_id for chunk_id, _ in hits]).items():
            title, text = chunk.title, chunk.chunk.text
            query = embedder.embed_query(" > ".join([title, *chunk.chunk.headings]) + "\n" + text)
            (best, similarity), *_ = desk.store.search_dense(query, 1)
            assert best == chunk_id
            assert similarity == pytest.approx(1.0, abs=1e-5)


class TestStopping:
    def test_cancelled_between_files(self, desk: Desk) -> None:
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
        assert outcomes(report) == {"0.txt": "ingested", "1.txt": "ingested"}
        assert report.left == tuple(map(str, paths[2:]))
        assert set(desk.store.sources()) == set(map(str, paths[:2]))

    def test_cancelled_between_stretches(self, desk: Desk) -> None:
        small = desk.write("a.txt", "The gate.")
        large = desk.write("b.txt", long_text(40 * 24))
        embedder = CountingEmbedder()
        report = desk.ingest(
            embedder=embedder,
            cancelled=lambda: len(embedder.calls) == 2,
            settings=IngestSettings(embedding_stretch=10),
        )
        assert embedder.calls == [10, 10]
        assert outcomes(report) == {"a.txt": "ingested"}
        assert report.left == (str(large),)
        assert set(desk.store.sources()) == {str(small)}

    def test_a_cancelled_sync_removes_nothing_and_says_so(self, desk: Desk) -> None:
        path = desk.write("a.txt", "The gate shuts at nine.")
        desk.ingest()
        path.unlink()
        report = desk.ingest(sync=True, cancelled=lambda: True)
        assert (report.interrupted, report.left) == (True, (str(path),))
        assert desk.found("gate") == {"a.txt"}

    def test_the_same_command_goes_on_where_it_stopped(self, desk: Desk) -> None:
        for number in range(4):
            desk.write(f"{number}.txt", f"The gate number {number} shuts.")
        answers = iter([False, False, False, True])
        stretch = IngestSettings(embedding_stretch=1)
        first = desk.ingest(cancelled=lambda: next(answers, True), settings=stretch)
        done = outcomes(first)
        assert 0 < len(done) < 4
        second = desk.ingest()
        assert {name for name, outcome in outcomes(second).items() if outcome == "unchanged"} == set(done)
        assert len(desk.store.sources()) == 4

    @pytest.mark.parametrize("call", [0, 1, 2])
    def test_ctrl_c_passes_through_and_leaves_a_good_store(self, call: int, desk: Desk) -> None:
        for number in range(3):
            desk.write(f"{number}.txt", f"The gate number {number} shuts.")

        def interrupt(now: int) -> None:
            if now == call:
                raise KeyboardInterrupt

        told: list[Progress] = []
        with pytest.raises(KeyboardInterrupt):
            desk.ingest(
                embedder=CountingEmbedder(interrupt),
                progress=told.append,
                settings=IngestSettings(embedding_stretch=1),
            )
        assert told[-1].stage == "interrupted"
        assert told[-1].files_done == call
        assert desk.store.check() == []
        assert len(desk.store.sources()) == call
        assert len(desk.ingest().files) == 3
        assert len(desk.store.sources()) == 3

    def test_an_error_of_the_store_says_what_is_safe(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(3):
            desk.write(f"{number}.txt", f"The gate number {number} shuts.")
        put = desk.store.put

        def fill_up(document: Document, *rest: Any) -> None:
            if len(desk.store.sources()) == 2:
                raise StoreFull("The disk is full.")
            put(document, *rest)

        monkeypatch.setattr(desk.store, "put", fill_up)
        with pytest.raises(StoreFull, match=r"The disk is full\. The 2 file\(s\) of this run .* are safe"):
            desk.ingest()
        assert len(desk.store.sources()) == 2

    def test_a_file_that_the_store_refuses_fails_alone(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.txt", "The door opens at ten.")
        put = desk.store.put

        def refuse(document: Document, *rest: Any) -> None:
            if document.title == "a":
                raise DamagedFile("a.txt: no.")
            put(document, *rest)

        monkeypatch.setattr(desk.store, "put", refuse)
        assert outcomes(desk.ingest()) == {"a.txt": "failed", "b.txt": "ingested"}


class TestProgress:
    def test_never_goes_back_and_ends_complete(self, desk: Desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.txt", "The gate shuts at nine.")
        desk.write("c.txt", long_text(40 * 24))
        damaged = desk.write("d.pdf", b"%PDF-1.7\nnothing of the sort")
        desk.write("e.txt", "The door opens at ten.")
        unchanged = desk.write("f.txt", "The bridge is up.")
        gone = desk.write("g.txt", "The ferry is late.")
        desk.ingest(unchanged, gone)
        gone.unlink()
        told: list[Progress] = []
        report = desk.ingest(sync=True, progress=told.append, settings=IngestSettings(embedding_stretch=5))
        for name in ("files_done", "pages_done", "chunks_done", "bytes_done", "elapsed_seconds"):
            values = [getattr(moment, name) for moment in told]
            assert values == sorted(values), name
        first, last = told[0], told[-1]
        assert (first.stage, last.stage) == ("planning", "done")
        assert last.files_done == last.files_total == len(report.files) == 7
        sizes = [23, 23, len(long_text(40 * 24)), damaged.stat().st_size, 22]
        assert last.bytes_done == last.bytes_total == sum(sizes)
        assert (last.pages_done, last.chunks_done) == (report.pages, report.chunks)
        assert last.seconds_left == 0.0
        assert {moment.stage for moment in told} == {
            "planning", "reading", "embedding", "writing", "removing", "done",
        }  # fmt: skip

    def test_bytes_end_complete_although_a_file_grew(self, desk: Desk) -> None:
        path = desk.write("a.txt", "short")

        def grow(progress: Progress) -> None:
            told.append(progress)
            if progress.stage == "reading":
                path.write_text("much longer than it was planned", encoding="utf-8")

        told: list[Progress] = []
        desk.ingest(progress=grow)
        assert told[-1].bytes_done == told[-1].bytes_total == len("short")
