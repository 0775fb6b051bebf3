from __future__ import annotations

import numpy as np
import pytest

from ingest.embedding.hashing import HashingEmbedder
from ingest.indexing import embedded_text
from ingest.progress import Progress
from ingest.settings import IngestSettings


class TestStretches:
    def test_small_documents_are_embedded_together(self, desk, counting_embedder) -> None:
        for number in range(25):
            desk.write(f"{number}.txt", f"The gate number {number} shuts.")
        embedder = counting_embedder()
        report = desk.ingest(embedder=embedder, settings=IngestSettings(embedding_stretch=10))
        assert embedder.calls == [10, 10, 5]
        assert report.count("ingested") == 25

    def test_a_large_document_is_embedded_in_stretches_with_progress(self, desk, counting_embedder) -> None:
        desk.write("a.txt", "The gate.")
        desk.write("b.txt", desk.long_text(40 * 24))
        desk.write("c.txt", "The door.")
        embedder, told = counting_embedder(), list[Progress]()
        stretch = IngestSettings(embedding_stretch=10)
        report = desk.ingest(embedder=embedder, progress=told.append, settings=stretch)
        chunks = report.chunks
        assert chunks >= 1 + 24 + 1
        assert sum(embedder.calls) == chunks
        assert len(embedder.calls) > 1
        embedding = [moment.chunks_done for moment in told if moment.stage == "embedding"]
        assert embedding == sorted(set(embedding))
        assert 0 < embedding[1] < chunks

    def test_vectors_stay_with_their_chunks(self, desk) -> None:
        texts = [desk.long_text(30 + 17 * number, f"w{number}x") for number in range(9)]
        for number, text in enumerate(texts):
            desk.write(f"{number}.txt", text)
        desk.ingest(settings=IngestSettings(embedding_stretch=4))
        embedder = HashingEmbedder()
        statistics = desk.store.statistics()
        assert statistics.vectors == statistics.chunks > 9
        hits = desk.store.search_dense(np.full(256, 1 / 16, dtype=np.float32), 1000)
        for chunk_id, chunk in desk.store.chunks([chunk_id for chunk_id, _ in hits]).items():
            its = chunk.chunk
            text = embedded_text((chunk.title,), its.headings, its.text, its.opening)
            query = embedder.embed_query(text)
            (best, similarity), *_ = desk.store.search_dense(query, 1)
            assert best == chunk_id
            assert similarity == pytest.approx(1.0, abs=1e-5)


class TestProgress:
    def test_never_goes_back_and_ends_complete(self, desk) -> None:
        desk.write("a.txt", "The gate shuts at nine.")
        desk.write("b.txt", "The gate shuts at nine.")
        desk.write("c.txt", desk.long_text(40 * 24))
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
        sizes = [23, 23, len(desk.long_text(40 * 24)), damaged.stat().st_size, 22]
        assert last.bytes_done == last.bytes_total == sum(sizes)
        assert (last.pages_done, last.chunks_done) == (report.pages, report.chunks)
        assert last.seconds_left == 0.0
        assert {moment.stage for moment in told} == {
            "planning", "preparing", "reading", "embedding", "writing", "removing", "done",
        }  # fmt: skip

    def test_bytes_end_complete_although_a_file_grew(self, desk) -> None:
        path = desk.write("a.txt", "short")

        def grow(progress: Progress) -> None:
            told.append(progress)
            if progress.stage == "reading":
                path.write_text("much longer than it was planned", encoding="utf-8")

        told: list[Progress] = []
        desk.ingest(progress=grow)
        assert told[-1].bytes_done == told[-1].bytes_total == len("short")
