"""Several processes and threads at one store, and processes that are killed."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ingest
from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.errors import StoreError
from ingest.store.store import Store
from ingest.types import PAGE_BREAK, StoredChunk

Axis = Callable[[int], Vectors]

ROOT = Path(ingest.__file__).parents[1]

#: Puts documents for ever, over and over the same ten paths, and says so after each.
WRITER = """
import hashlib, itertools, sys
from pathlib import Path
import numpy as np
from ingest.store.store import SourceFile, Store
from ingest.types import Chunk, Document, Page

with Store.open(Path(sys.argv[1])) as store:
    for version in itertools.count(int(sys.argv[2])):
        path = f"/{version % 10}.txt"
        if version % 7 == 6:
            store.remove([path])
            print(path, version, "removed", flush=True)
            continue
        texts = [f"version{version} page {n} " + "filling " * 200 for n in range(1, 21)]
        pages = tuple(Page(n, text, f"page {n}") for n, text in enumerate(texts, start=1))
        document = Document(hashlib.sha256(str(version).encode()).hexdigest(), "text/plain", "T", pages)
        chunks = [Chunk(n, start, start + len(page.text), page.number, page.number, (), page.text)
                  for n, (page, start) in enumerate(zip(pages, document.page_starts()))]
        vectors = np.eye(8, dtype=np.float32)[[version % 8] * 20]
        store.put(document, chunks, vectors, SourceFile(path, document.sha256, 1, version))
        print(path, version, "put", flush=True)
"""


def start_writer(folder: Path, version: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(version)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def chunks_of(store: Store, hits: list[tuple[int, float]]) -> list[StoredChunk]:
    return list(store.chunks([chunk_id for chunk_id, _ in hits]).values())


def test_a_killed_writer_leaves_every_acknowledged_change_whole(
    folder: Path, identity: EmbedderIdentity
) -> None:
    Store.create(folder, identity, "by page").close()
    moments = random.Random(11)
    acknowledged: dict[str, tuple[int, str]] = {}
    for _ in range(4):
        begin = max((version for version, _ in acknowledged.values()), default=-1) + 1
        with start_writer(folder, begin) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline() for _ in range(moments.randint(1, 12))]
            time.sleep(moments.uniform(0, 0.02))
            writer.kill()
            lines += writer.stdout.readlines()
        for line in lines:
            if line.endswith("\n"):
                path, version, what = line.split()
                acknowledged[path] = int(version), what
        latest = max(version for version, _ in acknowledged.values())
        with Store.open(folder, identity, "by page") as store:
            assert store.check() == []
            sources = store.sources()
            for path, (version, what) in acknowledged.items():
                # The change after the last acknowledged one may have been made, and not yet said.
                unsaid = (latest + 1) % 10 == int(path[1])
                if unsaid:
                    continue
                if what == "removed":
                    assert path not in sources
                    continue
                assert sources[path].modified_ns == version
                (document_id,) = store.document_ids(path) or ()
                pages = list(store.pages(document_id))
                assert [page.text.split()[0] for page in pages] == [f"version{version}"] * 20
                whole = PAGE_BREAK.join(page.text for page in pages)
                assert store.text(document_id, 0, len(whole)) == whole
                documents = frozenset({document_id})
                assert len(store.search_lexical(f"version{version}", 99, documents)) == 20
                assert len(store.search_dense(np.eye(8, dtype=np.float32)[version % 8], 99, documents)) == 20


def test_another_processs_changes_are_seen_while_it_writes(folder: Path, identity: EmbedderIdentity) -> None:
    with Store.create(folder, identity, "by page") as store, start_writer(folder, 0) as writer:
        assert writer.stdout is not None
        try:
            for _ in range(20):
                path, version, what = writer.stdout.readline().split()
                documents = store.document_ids(path)
                if what == "put" and documents:  # else the writer is already further
                    hits = store.search_dense(np.eye(8, dtype=np.float32)[int(version) % 8], 20, documents)
                    found = {stored.chunk.text.split()[0] for stored in chunks_of(store, hits)}
                    assert found <= {f"version{int(version) + later}" for later in range(0, 200, 10)}
        finally:
            writer.kill()
            writer.stdout.read()
        assert store.statistics().documents > 5
        found = {stored.document for stored in chunks_of(store, store.search_lexical("filling", 999))}
        assert found == set(store.sources())


def test_two_open_stores_see_each_others_changes(
    folder: Path, identity: EmbedderIdentity, material: Any, axis: Axis
) -> None:
    with Store.create(folder, identity, "by page") as one, Store.open(folder) as other:
        assert one.search_dense(axis(0), 5) == other.search_dense(axis(0), 5) == []
        material("/a.txt", "heron", axis=1).put_into(one)
        assert len(other.search_dense(axis(1), 5)) == len(other.search_lexical("heron", 5)) == 1
        other.remove(["/a.txt"])
        assert one.search_dense(axis(1), 5) == one.search_lexical("heron", 5) == []
        material("/b.txt", "kestrel", axis=2).put_into(other)
        ((chunk_id, similarity),) = one.search_dense(axis(2), 5)
        assert (one.chunks([chunk_id])[chunk_id].document, similarity) == ("/b.txt", 1.0)


def test_threads_share_a_store(store: Store, material: Any, axis: Axis) -> None:
    """Four threads search while one puts and one removes; what is found always is whole."""
    failures: list[BaseException] = []
    done = threading.Event()

    def guarded(work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001  handed to the main thread below
                failures.append(error)

        return run

    def search() -> None:
        while not done.is_set():
            for hits in (store.search_dense(axis(0), 10), store.search_lexical("heron", 10)):
                for stored in store.chunks([chunk_id for chunk_id, _ in hits]).values():
                    assert stored.chunk.text.startswith("heron")
            store.statistics()

    def put() -> None:
        for number in range(40):
            material(f"/{number % 5}.txt", *(f"heron {number} {page}" for page in range(4))).put_into(store)

    def remove() -> None:
        for number in range(40):
            store.remove([f"/{number % 5}.txt"])

    changers = [threading.Thread(target=guarded(work)) for work in (put, remove)]
    searchers = [threading.Thread(target=guarded(search)) for _ in range(4)]
    for thread in (*searchers, *changers):
        thread.start()
    for thread in changers:
        thread.join()
    done.set()
    for thread in searchers:
        thread.join()
    assert failures == []
    assert store.check() == []


def test_reading_does_not_wait_for_a_write_in_progress(store: Store, material: Any) -> None:
    material("/a.txt", "heron").put_into(store)
    with store._database.write() as connection:
        connection.execute("DELETE FROM source")
        assert list(store.sources()) == ["/a.txt"]
        assert len(store.search_lexical("heron", 5)) == 1


def test_closing_while_others_search_is_said_to_them(store: Store, axis: Axis) -> None:
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.search_dense(axis(0), 1)
