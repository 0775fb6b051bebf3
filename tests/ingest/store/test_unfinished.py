"""Large documents, read bit by bit: what an interrupted run finds again, and what finishing makes of it."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.errors import DamagedFile, ReadingTaken, StoreError, StoreFull
from ingest.indexing import embedded_text, text_digest
from ingest.loaders.protocol import PageLost
from ingest.store import unfinished, unfinished_file
from ingest.store.connection import open_file
from ingest.store.records import ReadingKey, Resumption
from ingest.store.store import SourceFile, Store
from ingest.types import Document, LineBox, Page

Axis = Callable[[int], Vectors]


@pytest.fixture
def heron(material: Any) -> Any:
    """Six pages, one of them lost and so empty, with a chunk each but for that one."""
    made = material("/heron.pdf", "one", "two", "", "four", "five", "six", axis=2, title="Herons")
    pages = tuple(
        replace(page, recognised=page.number == 2, boxes=(LineBox(0, 3, 0.125, 0.25, 0.5, 0.75),))
        for page in made.document.pages
    )
    chunks = [chunk for chunk in made.chunks if chunk.text]
    return replace(
        made,
        document=replace(made.document, pages=pages, name="heron", language="en", notes=("early",)),
        chunks=[replace(chunk, ordinal=ordinal) for ordinal, chunk in enumerate(chunks)],
        vectors=made.vectors[: len(chunks)],
    )


@pytest.fixture
def key(heron: Any) -> ReadingKey:
    return ReadingKey(heron.document.sha256, "reader 1")


LOST = PageLost(3, "OCR found no text on it")


def append(store: Store, at: Resumption, heron: Any, first: int, last: int) -> Resumption:
    """The pages with these numbers, with their chunks and losses."""
    chunks = [chunk for chunk in heron.chunks if first <= chunk.page_number <= last]
    pages = heron.document.pages[first - 1 : last]
    losses = [LOST] if first <= LOST.number <= last else []
    return store.unfinished.append(at, pages, losses, chunks, heron.vectors[: len(chunks)])


def stage(store: Store, key: ReadingKey, heron: Any) -> Resumption:
    at = append(store, store.unfinished.begin(key, heron.document), heron, 1, 4)
    return append(store, at, heron, 5, 6)


def test_finishing_is_as_good_as_putting(
    store: Store, tmp_path: Path, identity: EmbedderIdentity, heron: Any, key: ReadingKey
) -> None:
    at = stage(store, key, heron)
    assert at == store.unfinished.find(key)
    assert store.sources() == {}
    assert store.check() == []
    final = replace(heron.document, pages=(), notes=("1 of 6 pages gave nothing",))
    store.finish(at, final, heron.source)
    with Store.create(tmp_path / "put", identity, "by page") as other:
        put = replace(heron, document=replace(final, pages=heron.document.pages))
        put.put_into(other)
        assert store.document(1) == other.document(1) == put.document
        for query in ("one four", "herons"):
            assert store.search_lexical(query, 9) == other.search_lexical(query, 9) != []
        vector = np.eye(8, dtype=np.float32)[2]
        assert store.search_dense(vector, 9) == other.search_dense(vector, 9)
        ids = [chunk_id for chunk_id, _ in store.search_dense(vector, 9)]
        assert store.chunks(ids) == other.chunks(ids)
        assert [replace(info, ingested_at="") for info in store.documents()] == [
            replace(info, ingested_at="") for info in other.documents()
        ]
    assert store.check() == []
    assert store.unfinished.find(key) is None
    assert store.statistics().unfinished == 0


def test_an_interrupted_run_finds_where_it_was(folder: Path, identity: Any, heron: Any, key: Any) -> None:
    with Store.create(folder, identity, "by page") as store:
        assert store.unfinished.find(key) is None
        assert store.unfinished.bytes == 0
        append(store, store.unfinished.begin(key, heron.document), heron, 1, 4)
    with Store.open(folder) as store:
        found = store.unfinished.find(key)
        assert found is not None
        assert found.document == replace(heron.document, pages=())
        assert (found.next_page, found.chunk_count, found.losses) == (5, 3, (LOST,))
        assert found.text_length == len("one\ftwo\f\ffour\f")
        assert store.unfinished.find(replace(key, reader="reader 2")) is None
        assert (store.statistics().unfinished, store.check()) == (1, [])
        assert 0 < store.unfinished.bytes < store.statistics().bytes_on_disk
        assert (found.recognised_pages, found.blank_pages) == (1, 0), "a lost page is not a blank one"
        at = append(store, found, heron, 5, 6)
        at = store.unfinished.append(
            at, [Page(7, " \n", "page 7", recognised=True)], [], [], heron.vectors[:0]
        )
        again = store.unfinished.find(key)
        assert again == at
        assert (again.recognised_pages, again.blank_pages) == (1 + 1, 0 + 1)
        store.finish(at, found.document, heron.source)
        assert [page.text for page in store.pages(1)] == ["one", "two", "", "four", "five", "six", " \n"]


def test_finishing_replaces_what_the_path_and_the_bytes_were(store: Store, heron: Any, key: Any) -> None:
    old = replace(heron, document=replace(heron.document, title="Old"))
    old.put_into(store)
    store.add_source(replace(heron.source, path="/copy.pdf"))
    store.finish(stage(store, key, heron), heron.document, heron.source)
    assert {info.title for info in store.documents()} == {"Herons"}
    assert store.search_lexical("old", 5) == []
    assert store.statistics().chunks == 5
    assert store.check() == []


def test_beginning_anew_forgets_what_was_abandoned(
    store: Store, heron: Any, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    abandoned = stage(store, key, heron)
    later = time.time() + unfinished.TAKEN_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    begun = store.unfinished.begin(key, heron.document)
    assert begun == store.unfinished.find(key)
    assert (begun.next_page, begun.text_length, begun.chunk_count, begun.losses) == (1, 0, 0, ())
    with pytest.raises(ReadingTaken, match="is gone"):
        store.finish(abandoned, heron.document, heron.source)
    assert store.unfinished.count() == 1


def test_beginning_beside_another_harms_neither(store: Store, folder: Path, heron: Any, key: Any) -> None:
    with Store.open(folder) as other:
        first = append(store, store.unfinished.begin(key, heron.document), heron, 1, 4)
        second = append(other, other.unfinished.begin(key, heron.document), heron, 1, 4)
        assert store.unfinished.find(key) == first, "the second is found by nobody"
        first = append(store, first, heron, 5, 6)
        second = append(other, second, heron, 5, 6)
        store.finish(first, heron.document, heron.source)
        assert store.unfinished.count() == 1
        other.finish(second, heron.document, heron.source)
        assert other.unfinished.count() == 0
    assert [page.text for page in store.pages(1)] == ["one", "two", "", "four", "five", "six"]
    assert store.check() == []


def test_what_does_not_go_on_is_refused(store: Store, heron: Any, key: Any) -> None:
    unfinished, pages, chunks, vectors = store.unfinished, heron.document.pages, heron.chunks, heron.vectors
    with pytest.raises(ValueError, match="bytes"):
        unfinished.begin(replace(key, sha256="f" * 64), heron.document)
    at = unfinished.begin(key, heron.document)
    with pytest.raises(ValueError, match="do not go on at page 1"):
        unfinished.append(at, pages[1:], [], [], vectors[:0])
    with pytest.raises(ValueError, match="lost page"):
        unfinished.append(at, pages[:1], [LOST], [], vectors[:0])
    with pytest.raises(ValueError, match="do not go on at ordinal 0"):
        unfinished.append(at, pages, [], chunks[1:], vectors[1:])
    with pytest.raises(ValueError, match="stands outside"):
        unfinished.append(at, pages[:1], [], chunks[:2], vectors[:2])
    with pytest.raises(ValueError, match="shape"):
        unfinished.append(at, pages, [], chunks, vectors[1:])
    with pytest.raises(DamagedFile, match="half characters"):
        unfinished.append(at, [Page(1, "\ud800", "page 1")], [], [], vectors[:0])
    assert unfinished.find(key) == at, "nothing of it was kept"
    at = append(store, append(store, at, heron, 1, 4), heron, 5, 6)
    with pytest.raises(ValueError, match="names"):
        store.finish(at, replace(heron.document, name="egret"), heron.source)
    with pytest.raises(ValueError, match="same bytes"):
        store.finish(at, heron.document, replace(heron.source, sha256="f" * 64))


def test_a_reading_that_vanished_is_said_so(store: Store, heron: Any, key: Any) -> None:
    at = append(store, store.unfinished.begin(key, heron.document), heron, 1, 4)
    store.unfinished.drop(at)
    for _ in range(2):
        with pytest.raises(ReadingTaken, match="is gone"):
            append(store, at, heron, 5, 6)
        with pytest.raises(ReadingTaken, match=r"is gone.*Ingest the file again"):
            store.finish(at, heron.document, heron.source)
        stage(store, key, heron)  # another of the same key is not the same
    assert store.sources() == {}


def test_two_that_read_the_same_file_do_not_mix(store: Store, folder: Path, heron: Any, key: Any) -> None:
    with Store.open(folder) as other:
        first = append(store, store.unfinished.begin(key, heron.document), heron, 1, 3)
        second = other.unfinished.find(key)
        assert second == first
        first = append(store, first, heron, 4, 4)
        first = append(store, first, heron, 5, 5)
        with pytest.raises(ReadingTaken, match="Another process is reading the same file"):
            other.finish(second, heron.document, heron.source)
        other.unfinished.drop(second)
        assert store.unfinished.find(key) == first, "it is the other's"
        second = append(other, second, heron, 4, 6)  # beside it from here on
        assert (second.next_page, second.losses, second.recognised_pages) == (7, (LOST,), 1)
        assert other.check() == []
        first = append(store, first, heron, 6, 6)
        for at in (first, second):
            store.finish(at, heron.document, heron.source)
            assert [page.text for page in store.pages(1)] == ["one", "two", "", "four", "five", "six"]
            assert store.statistics().chunks == 5
    assert (store.check(), store.unfinished.count()) == ([], 0)


def test_threads_of_one_store_may_read_the_same_file(store: Store, heron: Any, key: Any) -> None:
    start = threading.Barrier(4)

    def read(_: int) -> None:
        start.wait()
        at = store.unfinished.begin(key, heron.document)
        for number in range(1, 7):
            at = append(store, at, heron, number, number)
        store.finish(at, heron.document, heron.source)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(read, range(4)))
    assert [page.text for page in store.pages(1)] == ["one", "two", "", "four", "five", "six"]
    assert (store.check(), store.unfinished.count()) == ([], 0)


def test_the_opening_is_that_of_the_first_pages(store: Store, heron: Any, key: Any) -> None:
    at = stage(store, key, heron)
    assert store.unfinished.opening(at, 6) == "one\ntw"
    assert store.unfinished.opening(at, 100) == "one\ntwo\n\nfour\nfive\nsix\n"


def test_abandoned_readings_are_dropped(
    store: Store, folder: Path, heron: Any, key: ReadingKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(store, key, heron)
    with Store.open(folder) as store_now:
        assert store_now.unfinished.find(key) is not None
    later = time.time() + unfinished_file.FORGOTTEN_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with Store.open(folder) as store_later:
        assert store_later.unfinished.find(key) is None


def test_a_staged_text_is_known_by_its_digest(store: Store, heron: Any, key: Any, axis: Axis) -> None:
    digest = text_digest(embedded_text(("heron", "Herons"), ("Part",), "five"))
    assert store.known_vectors([digest]) == {}
    at = stage(store, key, heron)
    assert np.array_equal(store.known_vectors([digest, b"0" * 16])[digest], axis(2))
    store.finish(at, heron.document, heron.source)
    assert np.array_equal(store.known_vectors([digest])[digest], axis(2))


def spoil_inside(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 200] = b"\xa5" * 200
    path.write_bytes(content)


def of_another_format(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 77")
    connection.close()


@pytest.mark.parametrize(
    "harm",
    [
        spoil_inside,
        of_another_format,
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"shopping list " * 999),
    ],
    ids=["spoilt", "another format", "missing", "emptied", "not a database"],
)
def test_a_harmed_file_is_begun_anew(
    folder: Path, identity: Any, heron: Any, key: Any, harm: Callable[[Path], Any]
) -> None:
    with Store.create(folder, identity, "by page") as store:
        stage(store, key, heron)
    harm(folder / "unfinished.sqlite3")
    with Store.open(folder) as store:
        assert store.unfinished.find(key) is None
        assert store.check() == []
        store.finish(stage(store, key, heron), heron.document, heron.source)
        assert store.check() == []


def test_harm_that_shows_while_finishing_changes_nothing(
    store: Store, heron: Any, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = stage(store, key, heron)

    def spoilt(connection: sqlite3.Connection, reading_id: int) -> Any:
        yield (0, 0, 3, 1, 1, "[]", "one", "", b"0" * 16, heron.vectors[0].tobytes())
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("ingest.store.unfinished_rows.read_chunks", spoilt)
        with pytest.raises(StoreError, match=r"is gone: .*unfinished\.sqlite3 was removed"):
            store.finish(at, heron.document, heron.source)
    assert (store.sources(), store.check()) == ({}, [])
    assert store.unfinished.find(key) is None
    store.finish(stage(store, key, heron), heron.document, heron.source)
    assert store.check() == []


def test_a_full_disk_is_said_and_nothing_half_is_kept(
    folder: Path, identity: Any, heron: Any, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_a_full_disk(path: Path, parameters: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
        connection = open_file(path, parameters, pragmas)
        connection.execute("PRAGMA max_page_count = 16")
        return connection

    long = [Page(1, "x" * 200_000, "page 1")]
    with Store.create(folder, identity, "by page") as store:
        monkeypatch.setattr(unfinished_file, "open_file", on_a_full_disk)
        at = store.unfinished.begin(key, heron.document)
        with pytest.raises(StoreFull, match="make room"):
            store.unfinished.append(at, long, [], [], heron.vectors[:0])
        assert store.unfinished.find(key) == at
        assert store.check() == []
        at = append(store, append(store, at, heron, 1, 4), heron, 5, 6)
        store.finish(at, heron.document, heron.source)


def test_a_disk_that_fills_up_while_finishing_keeps_the_reading(store: Store, heron: Any, key: Any) -> None:
    at = stage(store, key, heron)
    with store._database.write() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    assert store._database._writer is not None
    many = [Page(number, "word " * 900, f"page {number}") for number in range(7, 60)]
    at = store.unfinished.append(at, many, [], [], heron.vectors[:0])
    with pytest.raises(StoreFull, match="make room"):
        store.finish(at, heron.document, heron.source)
    assert (store.sources(), store.check()) == ({}, [])
    store._database._writer.execute("PRAGMA max_page_count = 1000000")
    store.finish(at, heron.document, heron.source)
    assert store.documents()[0].page_count == 59


def test_a_finished_reading_gives_its_room_back(store: Store, heron: Any, key: Any) -> None:
    at = store.unfinished.begin(key, heron.document)
    many = [Page(number, os.urandom(5_000).hex(), f"page {number}") for number in range(1, 100)]
    at = store.unfinished.append(at, many, [], [], heron.vectors[:0])
    assert store.unfinished.bytes > 990_000
    store.finish(at, heron.document, heron.source)
    store.unfinished.close()  # the last to close it moves the log into the file
    assert store._layout.unfinished.stat().st_size < 100_000


def finishing_peak(store: Store, material: Any, pages: int) -> int:
    """Bytes of memory that finishing a document of so many pages takes at most."""
    made = material(f"/{pages}.txt", *("heron " * 500 for _ in range(pages)), content=str(pages))
    key = ReadingKey(made.document.sha256, "reader 1")
    begun = store.unfinished.begin(key, made.document)
    at = store.unfinished.append(begun, made.document.pages, [], made.chunks, made.vectors)
    document, source = replace(made.document, pages=()), made.source
    del made
    tracemalloc.start()
    try:
        store.finish(at, document, source)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_finishing_takes_no_more_memory_for_a_longer_document(store: Store, material: Any) -> None:
    finishing_peak(store, material, 5)
    assert finishing_peak(store, material, 400) < 1.5 * finishing_peak(store, material, 40)


def test_reading_pages_takes_no_more_memory_for_a_longer_document(store: Store, material: Any) -> None:
    def peak(pages: int) -> int:
        made = material(f"/{pages}.txt", *("heron " * 500 for _ in range(pages)), content=str(pages))
        made.put_into(store)
        document_id = store.document_of(made.document.sha256)
        del made
        assert document_id is not None
        tracemalloc.start()
        try:
            assert sum(1 for _ in store.pages(document_id)) == pages
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(800) < 1.5 * peak(80)


def test_a_document_that_is_begun_keeps_its_facts(store: Store) -> None:
    document = Document("a" * 64, "application/pdf", "T", (), "N. N.", "n", ("a", "b"), "de", "2024-05-31")
    key = ReadingKey("a" * 64, "reader 1")
    begun = store.unfinished.begin(key, document)
    found = store.unfinished.find(key)
    assert found == begun
    assert begun.document == document
    store.finish(begun, document, SourceFile("/a.pdf", "a" * 64, 1, 1))
    assert store.document(1) == document
    assert list(store.pages(1)) == []
