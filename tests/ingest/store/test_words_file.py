"""The file of postings is a cache: whatever happens to it, searches by words find what FTS5 holds."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.embedding.protocol import EmbedderIdentity
from ingest.store import derived_file, lexical, postings_writing, word_search
from ingest.store import searching as store_searching
from ingest.store import vectors as store_vectors
from ingest.store.layout import StoreLayout
from ingest.store.postings_writing import write_postings
from ingest.store.store import Store
from ingest.store.words import sought_terms


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_vectors, "REWRITE_MINIMUM", 3)
    monkeypatch.setattr(word_search, "FTS5_ALONE", 3)


@pytest.fixture
def written(folder: Path, identity: EmbedderIdentity, material: Any) -> Path:
    """A closed store of eight one-chunk documents, each with a word of its own, with its file of postings."""
    with Store.create(folder, identity, "by page") as store:
        put(store, material, *range(8))
    return folder


def put(store: Store, material: Any, *numbers: int) -> None:
    for number in numbers:
        material(f"/{number}.txt", f"heron {chr(97 + number) * 4} " * (number + 1)).put_into(store)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("words-*"))


@contextmanager
def without_fts5() -> Iterator[None]:
    """Searches fail unless the postings serve them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(store_searching.lexical, "search")
        yield


def found(store: Store, query: str = "heron") -> list[tuple[int, float]]:
    """What a search finds, once it is clear that FTS5 finds the same with the same scores."""
    hits = store.search_lexical(query, 50)
    with store._database.read() as connection:
        expected = lexical.search(connection, sought_terms(query), 50)
    assert [chunk_id for chunk_id, _ in hits] == [chunk_id for chunk_id, _ in expected]
    assert [score for _, score in hits] == pytest.approx([score for _, score in expected], rel=1e-12)
    return hits


def served(store: Store, query: str = "heron") -> bool:
    """Whether the postings serve a search. Its hits are right in any case."""
    found(store, query)
    with store._database.read() as connection:
        return store._words.current(connection) is not None


def test_closing_writes_the_file_named_by_generation_and_searches_use_it(written: Path) -> None:
    assert files(written) == ["words-8.postings"]
    with Store.open(written) as store:
        assert served(store)
        assert len(found(store)) == 8
        with without_fts5():
            assert len(store.search_lexical("cccc heron", 3, store.document_ids("2.txt"))) == 1
        assert store.check() == []
        assert store.statistics().bytes_on_disk > (written / "words-8.postings").stat().st_size


def test_a_small_store_needs_no_file(folder: Path, identity: EmbedderIdentity, material: Any) -> None:
    with Store.create(folder, identity, "by page") as store:
        put(store, material, 0, 1, 2)
    assert files(folder) == []
    with Store.open(folder) as store:
        assert len(found(store)) == 3
        assert not served(store)


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


@pytest.mark.parametrize(
    "harm",
    [
        flip_a_bit,
        lambda path: path.write_bytes(path.read_bytes()[:-7]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"other"),
        Path.unlink,
    ],
    ids=["flipped bit", "truncated", "emptied", "another file", "missing"],
)
def test_a_harmed_file_is_said_not_used_and_written_anew_at_closing(
    written: Path, harm: Callable[[Path], Any], caplog: pytest.LogCaptureFixture
) -> None:
    file = written / "words-8.postings"
    intact = file.read_bytes()
    harm(file)
    with caplog.at_level(logging.WARNING), Store.open(written) as store:
        assert any("words-8.postings" in problem for problem in store.check())
        assert not served(store)
        assert "words-8.postings is not used" in caplog.text
        store.compact()
        assert file.read_bytes() == intact
        assert served(store)
        assert store.check() == []
    file.unlink()
    Store.open(written).close()  # what is missing is seen without a search
    assert file.read_bytes() == intact


def test_a_few_changes_are_searched_without_a_new_file(written: Path, material: Any) -> None:
    with Store.open(written) as store:
        assert served(store)
        store.remove(["/5.txt"])
        assert found(store, "ffff") == []
        put(store, material, 9, 10)
        assert len(found(store)) == 9
        with without_fts5():
            assert len(store.search_lexical("jjjj", 5)) == 1
    assert files(written) == ["words-8.postings"]
    with Store.open(written) as store:
        assert served(store, "jjjj heron-ffff")


def test_many_changes_are_searched_by_fts5_and_bring_a_new_file(written: Path, material: Any) -> None:
    with Store.open(written) as store, Store.open(written) as other:
        assert served(other)
        store.remove(["/5.txt", "/6.txt"])
        put(store, material, 9, 10)  # the fourth change: 4 > 3
        assert not served(store)
        assert not served(other)
        store.compact()
        assert files(written) == ["words-11.postings"]
        assert served(store, "jjjj heron")
        assert served(other, "jjjj heron"), "another process's new file is used"
        put(store, material, 11)
        assert served(other, "llll heron")
        assert other.check() == []


def test_changes_of_a_process_that_died_before_closing_are_found(written: Path, material: Any) -> None:
    def interrupted() -> None:
        with Store.open(written) as store:
            put(store, material, 9, 10, 11, 12)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert files(written) == ["words-8.postings"]
    with Store.open(written) as store:
        assert len(found(store)) == 12
    assert files(written) == ["words-12.postings"]


@pytest.mark.parametrize("fails", ["os.fsync", "ingest.store.derived_file.sync_folder"])
def test_a_failed_write_of_the_file_loses_nothing(
    written: Path,
    material: Any,
    fails: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with Store.open(written) as store:
        put(store, material, 9, 10, 11, 12)
        with monkeypatch.context() as patched:
            patched.setattr(fails, full)
            store._words.write(store._database)
        assert "was not written" in caplog.text
        assert list(written.glob("*.unfinished")) == []
        assert len(found(store)) == 12
    with Store.open(written) as store:
        assert served(store)
        assert store.check() == []


def test_postings_older_than_the_recorded_ones_are_not_recorded(written: Path, material: Any) -> None:
    """Two processes compact: the one that began earlier and ends later must not win."""
    with Store.open(written) as late, Store.open(written) as early:

        def slow(connection: sqlite3.Connection, file: Any) -> Any:
            ids = write_postings(connection, file)
            put(early, material, 9, 10, 11, 12)
            early.compact()
            assert files(written)[0] == "words-12.postings"
            return ids

        derived_file.publish(
            late._database, lexical.POSTINGS, StoreLayout(written).words, slow, lexical.is_current
        )
        assert files(written) == ["words-12.postings"]
        assert served(late, "jjjj heron")
        assert late.check() == []


def test_others_search_and_write_while_the_file_is_written(
    written: Path, material: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(written) as store:
        (written / "words-8.postings").unlink()

        def slow(connection: sqlite3.Connection, file: Any) -> Any:
            ids = write_postings(connection, file)
            assert len(found(store)) == 8
            put(store, material, 9)
            return ids

        monkeypatch.setattr(word_search, "write_postings", slow)
        store.compact()
        assert files(written) == ["words-8.postings"]
        assert served(store, "jjjj heron")


def test_leftovers_of_a_dead_process_are_swept_once_they_are_old(written: Path) -> None:
    fresh, old = written / "words-9.postings.1.unfinished", written / "words-7.postings.2.unfinished"
    for path in (fresh, old):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7_200, time.time() - 7_200))
    StoreLayout(written).words.remove_old(8)
    assert files(written) == ["words-8.postings", fresh.name]


def test_a_reembedding_leaves_the_file_unused(
    written: Path, identity: EmbedderIdentity, material: Any
) -> None:
    with Store.open(written) as store:
        assert served(store)
        reembedding = store.reembedding(replace(identity, model="other"), "by page")
        for number, document_id in enumerate(reembedding.waiting()):
            one = material(f"/{number}.txt", "heron by another cut", axis=number)
            reembedding.add(document_id, one.chunks, one.vectors)
        assert reembedding.complete()
        assert not served(store, "cut heron")
        store.compact()  # made with another embedder by now: not this one's to write
        assert not served(store, "cut heron")
    Store.open(written).close()
    assert files(written) == ["words-9.postings"]
    with Store.open(written) as store:
        assert served(store, "cut heron")
        assert len(found(store, "cut")) == 8


def test_an_index_that_another_version_made_takes_its_postings_with_it(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(written) as earlier:
        assert served(earlier)
        with monkeypatch.context() as patched:
            patched.setattr(lexical, "_fingerprint", lambda: "another version's")
            patched.setattr(Store, "compact", lambda _: None)
            with Store.open(written) as later:  # which makes the index anew
                assert not served(later)
        assert not served(earlier)
        earlier._words.write(earlier._database)  # the index is not its own any more
        assert not served(earlier)
    Store.open(written).close()
    with Store.open(written) as store:
        assert served(store)


def test_where_the_index_is_outdated_and_cannot_be_made_anew_fts5_searches(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was added since would be indexed in another way than what the postings were made from."""
    with Store.open(written) as store:
        monkeypatch.setattr(lexical, "_fingerprint", lambda: "another version's")
        assert not served(store)


def test_a_file_of_another_format_is_not_used(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def another(connection: sqlite3.Connection, file: Any) -> Any:
        ids = write_postings(connection, file)
        file.seek(0)
        file.write(b"RFDKWRD2")
        return ids

    with Store.open(written) as store:
        with monkeypatch.context() as patched:
            patched.setattr(word_search, "write_postings", another)
            store._words.write(store._database)
        assert any("words-8.postings" in problem for problem in store.check())
        assert not served(store)
    with Store.open(written) as store:
        assert served(store)


def test_an_index_that_contradicts_itself_is_not_made_postings_of(
    written: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (written / "words-8.postings").unlink()
    with closing(sqlite3.connect(written / "store.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM lexical_docsize WHERE id = 3")
    Store.open(written).close()
    assert "The index of words contradicts itself" in caplog.text
    assert files(written) == []


def test_writing_needs_little_memory_at_a_time(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Occurrences are read by stretches of terms, and no stretch is longer than said."""
    with Store.open(written) as store:
        monkeypatch.setattr(postings_writing, "_BATCH", 40)
        read, sizes = postings_writing._read_batch, []

        def counted(*arguments: Any) -> Any:
            result = read(*arguments)
            sizes.append(len(result[2]))
            return result

        monkeypatch.setattr(postings_writing, "_read_batch", counted)
        store._words.write(store._database)
        assert len(sizes) > 1
        assert max(sizes) <= 40
        assert served(store)


@pytest.mark.skipif(os.name == "nt", reason="permissions are not POSIX")
@pytest.mark.parametrize("harmed", [False, True])
def test_in_a_folder_that_may_not_be_written_the_file_is_used_if_it_is_whole(
    written: Path, unwritable: Callable[[Path], Path], harmed: bool
) -> None:
    if harmed:
        flip_a_bit(written / "words-8.postings")
    folder = unwritable(written)
    before = (folder / "words-8.postings").read_bytes()
    with Store.open(folder) as store:
        assert served(store) is not harmed
        assert any("words-8.postings" in problem for problem in store.check()) is harmed
    assert (folder / "words-8.postings").read_bytes() == before


def test_more_words_than_places_can_be_told_apart_are_left_to_fts5(
    written: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (written / "words-8.postings").unlink()
    monkeypatch.setattr(postings_writing, "MOST_PLACES", 50)
    with Store.open(written) as store:
        store.compact()
        assert "too many words" in caplog.text
        assert not served(store)


def test_many_additions_met_at_once_are_left_to_fts5(
    written: Path, material: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_vectors, "REWRITE_MINIMUM", 99)
    monkeypatch.setattr(word_search, "_MOST_MADE", 2)
    with Store.open(written) as store:
        assert served(store)
        for number in range(8, 14):  # one by one they are made postings of
            put(store, material, number)
            assert served(store)
    with Store.open(written) as store:
        assert not served(store)
        assert len(found(store)) == 14
        store.remove([f"/{number}.txt" for number in range(8, 12)])
        assert served(store)
