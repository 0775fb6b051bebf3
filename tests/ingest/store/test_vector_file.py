"""The vector files are a cache: whatever happens to them, searches find what the database holds."""

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
from ingest.errors import StoreDamaged, StoreError
from ingest.store import dense, vector_file
from ingest.store import vectors as store_vectors
from ingest.store.layout import StoreLayout
from ingest.store.quantised import QuantisedRows, SearchPlan, load_faiss
from ingest.store.store import Store
from ingest.store.vector_rows import Rows, UnusableBaseError, VectorRows
from ingest.store.vectors import rewrite_pays

Axis = Callable[[int], Vectors]


@pytest.fixture
def written(folder: Path, identity: EmbedderIdentity, material: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A closed store of eight one-chunk documents, one along each axis, with both its vector files."""
    monkeypatch.setattr(store_vectors, "REWRITE_MINIMUM", 3)
    monkeypatch.setattr(dense, "PLAN", SearchPlan(exact_maximum=4))
    with Store.create(folder, identity, "by page") as store:
        for number in range(8):
            material(f"/{number}.txt", f"text {number}", axis=number).put_into(store)
    return folder


def vector_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("vectors*"))


def both(generation: int) -> list[str]:
    return [f"vectors-{generation}.faiss", f"vectors-{generation}.rows"]


def found_along(store: Store, vector: Vectors) -> list[str]:
    """Paths of the documents whose chunks point along the vector."""
    ids = [chunk_id for chunk_id, similarity in store.search_dense(vector, 20) if similarity > 0.99]
    chunks = store.chunks(ids)
    assert list(chunks) == ids  # nothing is found that is gone
    return [chunk.document for chunk in chunks.values()]


def test_closing_writes_the_files_named_by_generation(written: Path) -> None:
    assert vector_files(written) == both(8)


def test_a_small_store_needs_no_file(
    folder: Path, identity: EmbedderIdentity, material: Any, axis: Axis
) -> None:
    with Store.create(folder, identity, "by page") as store:
        material("/a.txt", "text", axis=1).put_into(store)
    assert vector_files(folder) == []
    with Store.open(folder) as store:
        assert found_along(store, axis(1)) == ["/a.txt"]


def test_a_middling_store_needs_no_index(
    folder: Path, identity: EmbedderIdentity, material: Any, axis: Axis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_vectors, "REWRITE_MINIMUM", 3)
    monkeypatch.setattr(dense, "PLAN", SearchPlan(exact_maximum=8))
    with Store.create(folder, identity, "by page") as store:
        for number in range(8):
            material(f"/{number}.txt", f"text {number}", axis=number).put_into(store)
    assert vector_files(folder) == ["vectors-8.rows"]
    with Store.open(folder) as store:
        assert found_along(store, axis(5)) == ["/5.txt"]
        assert store.check() == []


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def another_index(path: Path) -> None:
    faiss = load_faiss()
    faiss.write_index(faiss.IndexFlatL2(8), str(path))


@pytest.mark.parametrize("name", both(8))
@pytest.mark.parametrize(
    "harm",
    [flip_a_bit, truncate, lengthen, another_index, Path.unlink, lambda path: path.write_bytes(b"")],
    ids=["flipped bit", "truncated", "lengthened", "another index", "missing", "emptied"],
)
def test_a_harmed_file_is_rebuilt_and_said(
    written: Path, name: str, harm: Callable[[Path], Any], axis: Axis, caplog: pytest.LogCaptureFixture
) -> None:
    intact = {path: path.read_bytes() for path in written.glob("vectors*")}
    harm(written / name)
    with Store.open(written) as store:
        assert any(name in problem for problem in store.check())
        with caplog.at_level(logging.WARNING):
            for number in range(8):
                assert found_along(store, axis(number)) == [f"/{number}.txt"]
        assert f"Rebuilding {written / name}" in caplog.text
        assert {path: path.read_bytes() for path in written.glob("vectors*")} == intact
        assert store.check() == []


@pytest.mark.parametrize("place", ["vectors", "ids", "seals"])
def test_a_flipped_bit_in_any_part_of_the_rows_is_noticed(
    written: Path, place: str, axis: Axis, caplog: pytest.LogCaptureFixture
) -> None:
    """Eight vectors of eight numbers, then eight ids, then one digest."""
    file = written / "vectors-8.rows"
    content = bytearray(file.read_bytes())
    assert len(content) == 8 * 8 * 4 + 8 * 8 + 32
    content[{"vectors": 3, "ids": 8 * 8 * 4, "seals": len(content) - 1}[place]] ^= 1
    file.write_bytes(content)
    with Store.open(written) as store, caplog.at_level(logging.WARNING):
        for number in range(8):
            assert found_along(store, axis(number)) == [f"/{number}.txt"]
    assert "Rebuilding" in caplog.text


def test_files_that_read_wrong_again_once_they_are_rebuilt_are_an_error_in_words(
    written: Path, axis: Axis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(rows: VectorRows, blocks: Rows) -> None:
        raise UnusableBaseError(written / "vectors-8.rows", "as if the disk failed")

    monkeypatch.setattr(VectorRows, "_check", unreadable)
    with Store.open(written) as store, pytest.raises(StoreError, match="Check the disk"):
        store.search_dense(axis(0), 1)


def test_only_one_of_two_new_files_got_its_name(
    written: Path, material: Any, axis: Axis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut between the two renames: what was recorded before still holds."""

    def cut(layout: StoreLayout, base: vector_file.WrittenBase) -> None:
        base.unfinished_rows.replace(layout.vector_rows.named(base.record.generation))
        raise OSError(errno.EIO, "as if the power were cut")

    with monkeypatch.context() as patched:
        patched.setattr(vector_file, "name_base", cut)
        with Store.open(written) as store:
            for number in range(4):
                material(f"/new{number}.txt", f"new {number}", axis=number).put_into(store)
    assert vector_files(written) == ["vectors-12.rows", *both(8)]
    with Store.open(written) as store:
        assert found_along(store, axis(3)) == ["/3.txt", "/new3.txt"]
        assert vector_files(written) == both(12)
        assert store.check() == []


def test_where_nothing_can_be_written_searches_go_on_in_memory(
    written: Path, axis: Axis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    truncate(written / "vectors-8.rows")
    monkeypatch.setattr(vector_file, "write_rows", full)
    with Store.open(written) as store:
        assert found_along(store, axis(5)) == ["/5.txt"]
        assert found_along(store, axis(6)) == ["/6.txt"]
    assert caplog.text.count("was not written") == 1
    assert vector_files(written) == both(8)


def test_an_intact_file_is_read_without_a_word(
    written: Path, axis: Axis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(vector_file, "write_rows")  # rebuilding would fail
    with Store.open(written) as store:
        assert found_along(store, axis(5)) == ["/5.txt"]
    assert caplog.text == ""


def test_a_few_changes_are_searched_without_a_new_file(written: Path, material: Any, axis: Axis) -> None:
    with Store.open(written) as store:
        assert store.remove(["/5.txt"]) == 1
        material("/new.txt", "new", axis=2).put_into(store)
    assert vector_files(written) == both(8)
    with Store.open(written) as store:
        assert found_along(store, axis(5)) == []
        assert found_along(store, axis(2)) == ["/2.txt", "/new.txt"]


def test_many_changes_bring_a_new_file_and_take_the_old_one(written: Path, material: Any, axis: Axis) -> None:
    with Store.open(written) as store:
        store.remove(["/5.txt", "/6.txt"])
        material("/new.txt", "new", axis=2).put_into(store)
        material("/other.txt", "other", axis=3).put_into(store)  # the fourth change: 4 > 3
    assert vector_files(written) == both(11)
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
    assert vector_files(written) == both(8)
    with Store.open(written) as store:
        assert found_along(store, axis(3)) == ["/3.txt", "/new3.txt"]
        assert vector_files(written) == both(12)


def test_a_failed_write_of_the_file_loses_nothing(
    written: Path,
    material: Any,
    axis: Axis,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(write: Callable[[bytes], object], index: QuantisedRows) -> str:
        raise RuntimeError("No space left on device")  # FAISS's word for it

    with monkeypatch.context() as patched:
        patched.setattr(vector_file, "write_quantised", full)
        with Store.open(written) as store:
            for number in range(4):
                material(f"/new{number}.txt", f"new {number}", axis=number).put_into(store)
    assert "was not written" in caplog.text
    assert vector_files(written) == both(8)
    with Store.open(written) as store:
        assert found_along(store, axis(3)) == ["/3.txt", "/new3.txt"]
        assert store.check() == []


def test_a_base_older_than_the_recorded_one_is_not_recorded(
    written: Path, identity: EmbedderIdentity, material: Any, axis: Axis
) -> None:
    """Two processes compact: the one that began earlier and ends later must not win."""
    with Store.open(written) as late, Store.open(written) as early:
        with late._database.read() as connection:
            stale = late._dense._write(connection, 8)
        for number in range(4):
            material(f"/new{number}.txt", f"new {number}", axis=number).put_into(early)
        early.compact()
        assert set(both(12)) < set(vector_files(written))  # and what is not named yet
        vector_file.publish_base(late._database, stale)
        assert vector_files(written) == both(12)
        assert late.check() == []
        assert found_along(late, axis(3)) == ["/3.txt", "/new3.txt"]


def test_leftovers_of_a_dead_process_are_swept_once_they_are_old(written: Path) -> None:
    fresh, old = written / "vectors-9.rows.1.unfinished", written / "vectors-7.faiss.2.unfinished"
    for path in (fresh, old):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7_200, time.time() - 7_200))
    for files in (StoreLayout(written).vector_rows, StoreLayout(written).vector_index):
        files.remove_old(8)
    assert vector_files(written) == [*both(8), fresh.name]


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


def test_a_base_that_another_process_wrote_is_taken_up(
    folder: Path,
    identity: EmbedderIdentity,
    material: Any,
    axis: Axis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store_vectors, "REWRITE_MINIMUM", 3)
    with Store.create(folder, identity, "by page") as store:
        assert found_along(store, axis(5)) == []
        with Store.open(folder) as other:
            for number in range(8):
                material(f"/{number}.txt", f"text {number}", axis=number).put_into(other)
        assert found_along(store, axis(5)) == ["/5.txt"]
        with store._database.read() as connection:
            index = store._dense.current(connection)
        assert index.base is not None
        assert (len(index.base.ids), len(index.added_ids)) == (8, 0)
