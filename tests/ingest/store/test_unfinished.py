"""Large documents, read bit by bit: what an interrupted run finds again, and what finishing makes of it."""

from __future__ import annotations

import os
import sqlite3
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.errors import DamagedFile, StoreError, StoreFull
from ingest.indexing import embedded_text, text_digest
from ingest.loaders.protocol import PageLost
from ingest.store import unfinished_file
from ingest.store.connection import open_file
from ingest.store.records import ReadingKey
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


def append(store: Store, key: ReadingKey, heron: Any, first: int, last: int) -> None:
    """The pages with these numbers, with their chunks and losses."""
    chunks = [chunk for chunk in heron.chunks if first <= chunk.page_number <= last]
    pages = heron.document.pages[first - 1 : last]
    losses = [LOST] if first <= LOST.number <= last else []
    store.unfinished.append(key, pages, losses, chunks, heron.vectors[: len(chunks)])


def stage(store: Store, key: ReadingKey, heron: Any) -> None:
    store.unfinished.begin(key, heron.document)
    append(store, key, heron, 1, 4)
    append(store, key, heron, 5, 6)


def test_finishing_is_as_good_as_putting(
    store: Store, tmp_path: Path, identity: EmbedderIdentity, heron: Any, key: ReadingKey
) -> None:
    stage(store, key, heron)
    assert store.sources() == {}
    assert store.check() == []
    final = replace(heron.document, pages=(), notes=("1 of 6 pages gave nothing",))
    store.finish(key, final, heron.source)
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
        store.unfinished.begin(key, heron.document)
        append(store, key, heron, 1, 4)
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
        append(store, key, heron, 5, 6)
        store.unfinished.append(key, [Page(7, " \n", "page 7", recognised=True)], [], [], heron.vectors[:0])
        again = store.unfinished.find(key)
        assert again is not None
        assert (again.recognised_pages, again.blank_pages) == (1 + 1, 0 + 1)
        store.finish(key, found.document, heron.source)
        assert [page.text for page in store.pages(1)] == ["one", "two", "", "four", "five", "six", " \n"]


def test_finishing_replaces_what_the_path_and_the_bytes_were(store: Store, heron: Any, key: Any) -> None:
    old = replace(heron, document=replace(heron.document, title="Old"))
    old.put_into(store)
    store.add_source(replace(heron.source, path="/copy.pdf"))
    stage(store, key, heron)
    store.finish(key, heron.document, heron.source)
    assert {info.title for info in store.documents()} == {"Herons"}
    assert store.search_lexical("old", 5) == []
    assert store.statistics().chunks == 5
    assert store.check() == []


def test_beginning_anew_forgets_what_was_there(store: Store, heron: Any, key: Any) -> None:
    stage(store, key, heron)
    store.unfinished.begin(key, heron.document)
    found = store.unfinished.find(key)
    assert found is not None
    assert (found.next_page, found.text_length, found.chunk_count, found.losses) == (1, 0, 0, ())
    stage(store, key, heron)


def test_what_does_not_go_on_is_refused(store: Store, heron: Any, key: Any) -> None:
    unfinished, pages, chunks, vectors = store.unfinished, heron.document.pages, heron.chunks, heron.vectors
    with pytest.raises(ValueError, match="bytes"):
        unfinished.begin(replace(key, sha256="f" * 64), heron.document)
    unfinished.begin(key, heron.document)
    with pytest.raises(ValueError, match="do not go on at page 1"):
        unfinished.append(key, pages[1:], [], [], vectors[:0])
    with pytest.raises(ValueError, match="lost page"):
        unfinished.append(key, pages[:1], [LOST], [], vectors[:0])
    with pytest.raises(ValueError, match="do not go on at ordinal 0"):
        unfinished.append(key, pages, [], chunks[1:], vectors[1:])
    with pytest.raises(ValueError, match="stands outside"):
        unfinished.append(key, pages[:1], [], chunks[:2], vectors[:2])
    with pytest.raises(ValueError, match="shape"):
        unfinished.append(key, pages, [], chunks, vectors[1:])
    with pytest.raises(DamagedFile, match="half characters"):
        unfinished.append(key, [Page(1, "\ud800", "page 1")], [], [], vectors[:0])
    found = unfinished.find(key)
    assert found is not None
    assert found.next_page == 1, "nothing of it was kept"
    stage(store, key, heron)
    with pytest.raises(ValueError, match="names"):
        store.finish(key, replace(heron.document, name="egret"), heron.source)
    with pytest.raises(ValueError, match="same bytes"):
        store.finish(key, heron.document, replace(heron.source, sha256="f" * 64))


def test_a_reading_that_vanished_is_said_so(store: Store, heron: Any, key: Any) -> None:
    for begun in (False, True):
        if begun:
            stage(store, key, heron)
            store.unfinished.drop(key)
        with pytest.raises(StoreError, match="is gone"):
            append(store, key, heron, 1, 4)
        with pytest.raises(StoreError, match=r"is gone.*Ingest the file again"):
            store.finish(key, heron.document, heron.source)
    assert store.sources() == {}


def test_two_that_read_the_same_file_do_not_mix(store: Store, folder: Path, heron: Any, key: Any) -> None:
    with Store.open(folder) as other:
        store.unfinished.begin(key, heron.document)
        assert other.unfinished.find(key) is not None
        append(store, key, heron, 1, 4)
        with pytest.raises(StoreError, match="Another process is reading the same file"):
            append(other, key, heron, 1, 4)
        append(store, key, heron, 5, 6)
        store.finish(key, heron.document, heron.source)
        with pytest.raises(StoreError, match="is gone"):
            append(other, key, heron, 5, 6)
    assert store.check() == []


def test_abandoned_readings_are_dropped(
    store: Store, folder: Path, heron: Any, key: ReadingKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.unfinished.drop_others([])
    other = replace(key, reader="reader 2")
    for each in (key, other):
        stage(store, each, heron)
    store.unfinished.drop_others([key])
    assert store.unfinished.find(other) is not None, "somebody went on with it just now"
    store.unfinished.drop_others([key], idle_seconds=0)
    assert store.unfinished.find(other) is None
    assert store.unfinished.find(key) is not None
    later = time.time() + unfinished_file.FORGOTTEN_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with Store.open(folder) as store_later:
        assert store_later.unfinished.find(key) is None


def test_a_staged_text_is_known_by_its_digest(store: Store, heron: Any, key: Any, axis: Axis) -> None:
    digest = text_digest(embedded_text(("heron", "Herons"), ("Part",), "five"))
    assert store.known_vectors([digest]) == {}
    stage(store, key, heron)
    assert np.array_equal(store.known_vectors([digest, b"0" * 16])[digest], axis(2))
    store.finish(key, heron.document, heron.source)
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
        stage(store, key, heron)
        store.finish(key, heron.document, heron.source)
        assert store.check() == []


def test_harm_that_shows_while_finishing_changes_nothing(
    store: Store, heron: Any, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(store, key, heron)

    def spoilt(connection: sqlite3.Connection, reading_id: int) -> Any:
        yield (0, 0, 3, 1, 1, "[]", "one", b"0" * 16, heron.vectors[0].tobytes())
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("ingest.store.unfinished_rows.read_chunks", spoilt)
        with pytest.raises(StoreError, match=r"is gone from .*unfinished\.sqlite3"):
            store.finish(key, heron.document, heron.source)
    assert (store.sources(), store.check()) == ({}, [])
    assert store.unfinished.find(key) is None
    stage(store, key, heron)
    store.finish(key, heron.document, heron.source)
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
        store.unfinished.begin(key, heron.document)
        with pytest.raises(StoreFull, match="make room"):
            store.unfinished.append(key, long, [], [], heron.vectors[:0])
        found = store.unfinished.find(key)
        assert found is not None
        assert found.next_page == 1
        assert store.check() == []
        stage(store, key, heron)
        store.finish(key, heron.document, heron.source)


def test_a_disk_that_fills_up_while_finishing_keeps_the_reading(store: Store, heron: Any, key: Any) -> None:
    stage(store, key, heron)
    with store._database.write() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    assert store._database._writer is not None
    many = [Page(number, "word " * 900, f"page {number}") for number in range(7, 60)]
    store.unfinished.append(key, many, [], [], heron.vectors[:0])
    with pytest.raises(StoreFull, match="make room"):
        store.finish(key, heron.document, heron.source)
    assert (store.sources(), store.check()) == ({}, [])
    store._database._writer.execute("PRAGMA max_page_count = 1000000")
    store.finish(key, heron.document, heron.source)
    assert store.documents()[0].page_count == 59


def test_a_finished_reading_gives_its_room_back(store: Store, heron: Any, key: Any) -> None:
    store.unfinished.begin(key, heron.document)
    many = [Page(number, os.urandom(5_000).hex(), f"page {number}") for number in range(1, 100)]
    store.unfinished.append(key, many, [], [], heron.vectors[:0])
    assert store.unfinished.bytes > 990_000
    store.finish(key, heron.document, heron.source)
    store.unfinished.close()  # the last to close it moves the log into the file
    assert store._layout.unfinished.stat().st_size < 100_000


def finishing_peak(store: Store, material: Any, pages: int) -> int:
    """Bytes of memory that finishing a document of so many pages takes at most."""
    made = material(f"/{pages}.txt", *("heron " * 500 for _ in range(pages)), content=str(pages))
    key = ReadingKey(made.document.sha256, "reader 1")
    store.unfinished.begin(key, made.document)
    store.unfinished.append(key, made.document.pages, [], made.chunks, made.vectors)
    document, source = replace(made.document, pages=()), made.source
    del made
    tracemalloc.start()
    try:
        store.finish(key, document, source)
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
    store.unfinished.begin(key, document)
    found = store.unfinished.find(key)
    assert found is not None
    assert found.document == document
    store.finish(key, document, SourceFile("/a.pdf", "a" * 64, 1, 1))
    assert store.document(1) == document
    assert list(store.pages(1)) == []
