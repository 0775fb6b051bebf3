"""Stores that cannot be opened, made or written: what people are told."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.embedding.protocol import EmbedderIdentity
from ingest.errors import CollectionNotFound, EmbedderMismatch, StoreDamaged, StoreError, StoreFull
from ingest.store import chunks, lexical
from ingest.store import connection as store_connection
from ingest.store import database as store_database
from ingest.store.layout import FORMAT_VERSION, StoreLayout
from ingest.store.records import ReadingKey
from ingest.store.store import Store


@pytest.fixture
def closed(folder: Path, identity: EmbedderIdentity, material: Any) -> Path:
    """A closed store of one document about herons, and many pages of filling."""
    filling = (f"filling {number} " * 90 for number in range(40))
    with Store.create(folder, identity, "by page") as store:
        material("/heron.txt", "The heron stands.", *filling).put_into(store)
    return folder


def test_no_folder_is_no_collection(folder: Path) -> None:
    with pytest.raises(CollectionNotFound, match=r"no collection 'reports'.*refdesk ingest PATH -c reports"):
        Store.open(folder)
    assert not folder.exists()


def test_a_second_creation_is_refused_and_harms_nothing(closed: Path, identity: EmbedderIdentity) -> None:
    with pytest.raises(StoreError, match="'reports' exists already"):
        Store.create(closed, identity, "by page")
    with Store.open(closed) as store:
        assert len(store.search_lexical("heron", 5)) == 1


def test_a_creation_cut_short_leaves_the_name_free(folder: Path, identity: EmbedderIdentity) -> None:
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "store.sqlite3") as connection:  # as far as a crash may get
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    with pytest.raises(CollectionNotFound, match="holds nothing"):
        Store.open(folder)
    with Store.create(folder, identity, "by page") as store:
        assert store.documents() == []


def test_what_it_was_made_with_is_remembered(closed: Path, identity: EmbedderIdentity) -> None:
    with Store.open(closed, identity, "by page") as store:
        assert (store.identity, store.splitter) == (identity, "by page")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"model": "other-model"}, "model 'by-hand', not 'other-model'"),
        ({"weights_sha256": "1" * 64}, "weights_sha256"),
        ({"dimension": 384}, "dimension 8, not 384"),
        ({"query_prefix": "query: "}, "query_prefix '', not 'query: '"),
        ({"document_prefix": "passage: "}, "document_prefix"),
    ],
)
def test_another_embedder_is_refused(
    closed: Path, identity: EmbedderIdentity, change: dict[str, Any], named: str
) -> None:
    with pytest.raises(EmbedderMismatch, match=f"{named}.*refdesk ingest PATH -c NEW_NAME"):
        Store.open(closed, replace(identity, **change), "by page")


def test_another_splitter_is_refused(closed: Path, identity: EmbedderIdentity) -> None:
    with pytest.raises(EmbedderMismatch, match="splitter 'by page', not 'by line'"):
        Store.open(closed, identity, "by line")


def test_a_file_that_is_no_database(closed: Path) -> None:
    (closed / "store.sqlite3").write_bytes(b"This is a shopping list. " * 500)
    with pytest.raises(StoreDamaged, match=r"store\.sqlite3 is damaged.*Move it away"):
        Store.open(closed)


def test_somebody_elses_database(folder: Path) -> None:
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "store.sqlite3") as connection:
        connection.execute("CREATE TABLE recipe (name)")
    connection.close()
    with pytest.raises(StoreDamaged, match="not one that Refdesk made"):
        Store.open(folder)


def test_damage_inside_is_named_by_the_check_and_by_what_meets_it(closed: Path) -> None:
    path = closed / "store.sqlite3"
    content = bytearray(path.read_bytes())
    with sqlite3.connect(path) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'page'").fetchone()
    connection.close()
    content[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    with Store.open(closed) as store:
        assert store.check() != []
        with pytest.raises(StoreDamaged, match=r"store\.sqlite3 is damaged"):
            store.pages(1)
        assert len(store.search_lexical("heron", 5)) == 1  # what is whole can still be had


@pytest.mark.parametrize(
    ("harm", "meets_it"),
    [
        ("UPDATE page SET boxes = x'789c00'", lambda store: list(store.pages(1))),
        ("UPDATE page SET boxes = x'789c00'", lambda store: store.page(1, 1)),
        ("UPDATE page SET headings = '[\"'", lambda store: store.document(1)),
        ("UPDATE chunk SET headings = '[\"'", lambda store: store.chunks([1])),
    ],
)
def test_values_that_are_not_what_was_written_are_damage_in_words(
    closed: Path, harm: str, meets_it: Callable[[Store], object]
) -> None:
    with sqlite3.connect(closed / "store.sqlite3") as connection:
        connection.execute(harm)
    connection.close()
    with Store.open(closed) as store, pytest.raises(StoreDamaged, match=r"store\.sqlite3 is damaged"):
        meets_it(store)


def test_a_newer_format_is_refused(closed: Path) -> None:
    with sqlite3.connect(closed / "store.sqlite3") as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT_VERSION + 1}")
    connection.close()
    with pytest.raises(StoreError, match=f"format {FORMAT_VERSION + 1}.*Upgrade Refdesk"):
        Store.open(closed)


def test_an_older_format_is_refused(closed: Path) -> None:
    with sqlite3.connect(closed / "store.sqlite3") as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT_VERSION - 1}")
    connection.close()
    with pytest.raises(StoreError, match=f"format {FORMAT_VERSION - 1}.*refdesk ingest PATH -c NEW_NAME"):
        Store.open(closed)


def test_a_full_disk_keeps_what_was_acknowledged(
    closed: Path, material: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_a_full_disk(layout: StoreLayout, *, create: bool = False) -> sqlite3.Connection:
        connection = store_connection.connect(layout, create=create)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 10}")
        return connection

    big = material("/big.txt", *("kestrel " * 500 for _ in range(50)))
    with monkeypatch.context() as patched:
        patched.setattr(store_database, "connect", on_a_full_disk)
        with Store.open(closed) as store:
            with pytest.raises(StoreFull, match="make room, then run the same command again"):
                big.put_into(store)
            assert list(store.sources()) == ["/heron.txt"]
            assert store.search_lexical("kestrel", 5) == []
            assert store.check() == []
    with Store.open(closed) as store:
        big.put_into(store)
        assert store.check() == []


def test_a_writer_that_never_ends_is_named(
    closed: Path, material: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_connection, "BUSY_TIMEOUT_SECONDS", 0.02)
    other = sqlite3.connect(closed / "store.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store.open(closed) as store:
        with pytest.raises(StoreError, match="Another process has been writing to the collection 'reports'"):
            material("/new.txt", "text").put_into(store)
        assert len(store.search_lexical("heron", 5)) == 1  # reading goes on meanwhile
        other.execute("ROLLBACK")
        material("/new.txt", "text").put_into(store)
    other.close()


def touched_by_its_owner(path: Path) -> None:
    was = os.geteuid()
    os.seteuid(path.stat().st_uid)
    try:
        os.utime(path)
    finally:
        os.seteuid(was)


@pytest.fixture
def read_only(closed: Path, unwritable: Callable[[Path], Path]) -> Path:
    return unwritable(closed)


POSIX = pytest.mark.skipif(os.name == "nt", reason="permissions are not POSIX")


@POSIX
def test_a_read_only_folder_is_searched_and_not_changed(
    read_only: Path, identity: EmbedderIdentity, material: Any
) -> None:
    new = material("/new.txt", "text")
    key = ReadingKey(new.document.sha256, "by hand")
    with Store.open(read_only, identity, "by page") as store:
        assert len(store.search_lexical("heron", 5)) == 1
        assert len(store.search_dense(np.eye(8, dtype=np.float32)[0], 5)) == 5
        assert next(iter(store.pages(1))).text == "The heron stands."
        assert (store.statistics().documents, store.unfinished.find(key), store.check()) == (1, None, [])
        with pytest.raises(StoreError, match=r"can be searched and not changed.*copy the collection"):
            new.put_into(store)
        with pytest.raises(StoreError, match=r"unfinished\.sqlite3 cannot be opened for writing"):
            store.unfinished.begin(key, new.document)
    assert [path.name for path in read_only.iterdir()] == ["store.sqlite3"]
    with pytest.raises(StoreError, match="cannot be used"):
        Store.create(read_only.parent / "new", identity, "by page")


@POSIX
def test_a_read_only_folder_that_somebody_else_changes_is_to_be_opened_again(
    read_only: Path, identity: EmbedderIdentity
) -> None:
    with Store.open(read_only) as store:
        assert len(store.sources()) == 1
        touched_by_its_owner(read_only / "store.sqlite3")
        with pytest.raises(StoreError, match=r"was changed by somebody.*Open it again"):
            store.sources()
    with Store.open(read_only) as store:
        assert len(store.sources()) == 1


def test_a_file_where_the_folder_should_be_gets_words(tmp_path: Path, identity: EmbedderIdentity) -> None:
    (tmp_path / "reports").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be used"):
        Store.create(tmp_path / "reports", identity, "by page")
    with pytest.raises(CollectionNotFound):
        Store.open(tmp_path / "reports")


def test_a_closed_store_says_so(closed: Path) -> None:
    store = Store.open(closed)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="was closed"):
        store.sources()


def test_the_index_of_words_is_rebuilt_when_its_text_is_made_otherwise(
    closed: Path, material: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (chunks, lexical):
        monkeypatch.setattr(
            module, "lexical_text", lambda names, headings, text, opening: f"{text} otherwise"
        )
    with Store.open(closed) as store:
        assert len(store.search_lexical("otherwise", 99)) == 41
        store.remove(["/heron.txt"])
        assert store.search_lexical("otherwise heron", 99) == []
        assert store.check() == []


@POSIX
def test_an_outdated_index_of_words_that_cannot_be_made_anew_is_told(
    closed: Path, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite3.connect(closed / "store.sqlite3") as connection:
        connection.execute("UPDATE meta SET value = 'another' WHERE name = 'lexical'")
    connection.close()
    folder = request.getfixturevalue("read_only")  # a copy of what lies in `closed` now
    with Store.open(folder) as store:
        assert any("made by another version" in problem for problem in store.check())
    assert "made by another version" in caplog.text
