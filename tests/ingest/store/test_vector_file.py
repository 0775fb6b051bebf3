"""The FAISS file is a cache: whatever happens to it, searches find what the database holds."""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.errors import StoreDamaged
from ingest.store import vector_file
from ingest.store import vectors as store_vectors
from ingest.store.layout import StoreLayout
from ingest.store.store import Store
from ingest.store.vectors import rewrite_pays

Axis = Callable[[int], Vectors]


@pytest.fixture
def written(folder: Path, identity: EmbedderIdentity, material: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A closed store of eight one-chunk documents, one along each axis, with its vector file."""
    monkeypatch.setattr(store_vectors, "REWRITE_MINIMUM", 3)
    with Store.create(folder, identity, "by page") as store:
        for number in range(8):
            material(f"/{number}.txt", f"text {number}", axis=number).put_into(store)
    return folder


def vector_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("vectors*"))


def found_along(store: Store, vector: Vectors) -> list[str]:
    """Paths of the documents whose chunks point along the vector."""
    ids = [chunk_id for chunk_id, similarity in store.search_dense(vector, 20) if similarity > 0.99]
    chunks = store.chunks(ids)
    assert list(chunks) == ids  # nothing is found that is gone
    return [chunk.document for chunk in chunks.values()]


def test_closing_writes_the_file_named_by_generation(written: Path) -> None:
    assert vector_files(written) == ["vectors-8.faiss"]


def test_a_small_store_needs_no_file(
    folder: Path, identity: EmbedderIdentity, material: Any, axis: Axis
) -> None:
    with Store.create(folder, identity, "by page") as store:
        material("/a.txt", "text", axis=1).put_into(store)
    assert vector_files(folder) == []
    with Store.open(folder) as store:
        assert found_along(store, axis(1)) == ["/a.txt"]


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def another_index(path: Path) -> None:
    faiss = store_vectors.load_faiss()
    faiss.write_index(faiss.IndexFlatL2(8), str(path))


@pytest.mark.parametrize(
    "harm",
    [flip_a_bit, truncate, another_index, Path.unlink, lambda path: path.write_bytes(b"")],
    ids=["flipped bit", "truncated", "another index", "missing", "emptied"],
)
def test_a_harmed_file_is_rebuilt_and_said(
    written: Path, harm: Callable[[Path], Any], axis: Axis, caplog: pytest.LogCaptureFixture
) -> None:
    file = written / "vectors-8.faiss"
    intact = file.read_bytes()
    harm(file)
    with Store.open(written) as store:
        assert any("vectors-8.faiss" in problem for problem in store.check())
        with caplog.at_level(logging.WARNING):
            for number in range(8):
                assert found_along(store, axis(number)) == [f"/{number}.txt"]
        assert "Rebuilding" in caplog.text
        assert file.read_bytes() == intact
        assert store.check() == []


def test_an_intact_file_is_read_without_a_word(
    written: Path, axis: Axis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(vector_file, "fill_base")  # rebuilding would fail
    with Store.open(written) as store:
        assert found_along(store, axis(5)) == ["/5.txt"]
    assert caplog.text == ""


def test_a_few_changes_are_searched_without_a_new_file(written: Path, material: Any, axis: Axis) -> None:
    with Store.open(written) as store:
        assert store.remove(["/5.txt"]) == 1
        material("/new.txt", "new", axis=2).put_into(store)
    assert vector_files(written) == ["vectors-8.faiss"]
    with Store.open(written) as store:
        assert found_along(store, axis(5)) == []
        assert found_along(store, axis(2)) == ["/2.txt", "/new.txt"]


def test_many_changes_bring_a_new_file_and_take_the_old_one(written: Path, material: Any, axis: Axis) -> None:
    with Store.open(written) as store:
        store.remove(["/5.txt", "/6.txt"])
        material("/new.txt", "new", axis=2).put_into(store)
        material("/other.txt", "other", axis=3).put_into(store)  # the fourth change: 4 > 3
    assert vector_files(written) == ["vectors-11.faiss"]
    with Store.open(written) as store:
        assert store.check() == []
        assert found_along(store, axis(5)) == []
        assert found_along(store, axis(2)) == ["/2.txt", "/new.txt"]


def test_changes_of_a_process_that_died_before_closing_are_caught_up(
    written: Path, material: Any, axis: Axis
) -> None:
    def interrupted() -> None:
        with Store.open(written) as store:
            for number in range(4):
                material(f"/new{number}.txt", f"new {number}", axis=number).put_into(store)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert vector_files(written) == ["vectors-8.faiss"]
    with Store.open(written) as store:
        assert found_along(store, axis(3)) == ["/3.txt", "/new3.txt"]
        assert vector_files(written) == ["vectors-12.faiss"]


def test_a_failed_write_of_the_file_loses_nothing(
    written: Path,
    material: Any,
    axis: Axis,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(writer: object, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("ingest.store.vector_file._HashingWriter.__call__", full)
        with Store.open(written) as store:
            for number in range(4):
                material(f"/new{number}.txt", f"new {number}", axis=number).put_into(store)
    assert "was not written" in caplog.text
    assert vector_files(written) == ["vectors-8.faiss"]
    with Store.open(written) as store:
        assert found_along(store, axis(3)) == ["/3.txt", "/new3.txt"]
        assert store.check() == []


def test_a_base_older_than_the_recorded_one_is_not_recorded(
    written: Path, identity: EmbedderIdentity, material: Any, axis: Axis
) -> None:
    """Two processes compact: the one that began earlier and ends later must not win."""
    with Store.open(written) as late, Store.open(written) as early:
        with late._database.read() as connection:
            stale = vector_file.fill_base(8, late._dense._read_all(connection))
        for number in range(4):
            material(f"/new{number}.txt", f"new {number}", axis=number).put_into(early)
        early.compact()
        assert vector_files(written) == ["vectors-12.faiss"]
        vector_file.publish_base(late._database, 8, stale)
        assert vector_files(written) == ["vectors-12.faiss"]
        assert late.check() == []
        assert found_along(late, axis(3)) == ["/3.txt", "/new3.txt"]


def test_leftovers_of_a_dead_process_are_swept_once_they_are_old(written: Path) -> None:
    fresh, old = written / "vectors-9.faiss.1.unfinished", written / "vectors-7.faiss.2.unfinished"
    for path in (fresh, old):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7_200, time.time() - 7_200))
    StoreLayout(written).remove_old_vectors(8)
    assert vector_files(written) == ["vectors-8.faiss", fresh.name]


@pytest.mark.parametrize(
    ("base_size", "changes", "pays"),
    [(0, 2_000, False), (0, 2_001, True), (100_000, 20_000, False), (100_000, 20_001, True)],
)
def test_a_rewrite_pays_beyond_two_thousand_and_a_fifth(base_size: int, changes: int, pays: bool) -> None:
    assert rewrite_pays(base_size, changes) is pays


def test_a_missing_vector_is_reported_not_searched_around(store: Store, material: Any, axis: Axis) -> None:
    material("/a.txt", "One.", "Two.").put_into(store)
    with store._database.write() as connection:
        connection.execute("DELETE FROM embedding WHERE chunk_id = 1")
    assert any("1 chunks have no vector" in problem for problem in store.check())
    with pytest.raises(StoreDamaged, match=r"store\.sqlite3 contradicts itself"):
        store.search_dense(axis(0), 5)
