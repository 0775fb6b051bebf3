"""Re-embedding beside the old index, which serves until the new one is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.errors import EmbedderMismatch, StoreError, StoreFull
from ingest.indexing import embedded_text, text_digest
from ingest.store import database as store_database
from ingest.store import vectors as store_vectors
from ingest.store.connection import connect
from ingest.store.layout import StoreLayout
from ingest.store.records import DocumentPlace, ReadingKey
from ingest.store.reembedding import Reembedding
from ingest.store.store import Store
from ingest.types import Chunk

Axis = Callable[[int], Vectors]


@pytest.fixture
def other(identity: EmbedderIdentity) -> EmbedderIdentity:
    return replace(identity, model="other", dimension=4)


@pytest.fixture
def filled(store: Store, material: Any) -> Store:
    material("/heron.txt", "The heron stands.", "It waits.", axis=2).put_into(store)
    material("/kestrel.txt", "The kestrel hovers.", axis=3).put_into(store)
    material("/bare.txt", "", axis=0).put_into(store)
    return store


def embed(store: Store, reembedding: Reembedding, document_id: int, axis: int = 1) -> bool:
    """One chunk for the whole document, along that axis of the new embedder's space."""
    text = store.text(document_id, 0, 1_000)
    pages = list(store.pages(document_id))
    chunk = Chunk(0, 0, len(text), 1, len(pages), (), text)
    vectors = np.eye(reembedding.identity.dimension, dtype=np.float32)[[axis]]
    return reembedding.add(document_id, [chunk], vectors)


def embed_all(store: Store, reembedding: Reembedding) -> None:
    for document_id in reembedding.waiting():
        assert embed(store, reembedding, document_id)


def test_the_old_index_serves_until_the_new_one_is_whole(
    filled: Store, folder: Path, other: EmbedderIdentity, axis: Axis
) -> None:
    before = filled.search_dense(axis(2), 9)
    reembedding = filled.reembedding(other, "by document")
    assert (reembedding.identity, reembedding.splitter) == (other, "by document")
    first, *rest = reembedding.waiting()
    assert len(rest) == 2
    assert embed(filled, reembedding, first)
    assert reembedding.complete() is False
    assert reembedding.waiting() == rest
    assert filled.search_dense(axis(2), 9) == before
    assert filled.statistics().reembedded == 1
    embed_all(filled, reembedding)
    assert filled.check() == []
    generation = filled.generation()
    assert reembedding.complete() is True
    with Store.open(folder, other, "by document") as renewed:
        assert renewed.generation() == generation + 1
        hits = renewed.search_dense(np.eye(4, dtype=np.float32)[1], 9)
        chunks = renewed.chunks([chunk_id for chunk_id, _ in hits])
        assert [stored.chunk.text for stored in chunks.values()] == [
            "The heron stands.\fIt waits.",
            "The kestrel hovers.",
            "",
        ]
        assert not set(chunks) & {chunk_id for chunk_id, _ in before}
        assert len(renewed.search_lexical("heron waits", 9)) == 1
        statistics = renewed.statistics()
        assert (statistics.chunks, statistics.vectors, statistics.reembedded) == (3, 3, 0)
        assert [info.chunk_count for info in renewed.documents()] == [1, 1, 1]
        assert renewed.check() == []
    with pytest.raises(EmbedderMismatch):
        Store.open(folder, filled.identity)


def test_every_open_store_notices_the_swap(
    filled: Store, folder: Path, other: EmbedderIdentity, axis: Axis, material: Any
) -> None:
    late = material("/late.txt", "Too late.")
    key = ReadingKey(late.document.sha256, "by hand")
    with Store.open(folder) as elsewhere:
        assert elsewhere.search_dense(axis(2), 1)
        begun = elsewhere.unfinished.begin(key, late.document)
        reembedding = filled.reembedding(other, "by document")
        embed_all(filled, reembedding)
        assert reembedding.complete()
        for store in (filled, elsewhere):
            for call in (
                lambda store: late.put_into(store),
                lambda store: store.finish(begun, late.document, late.source),
                lambda store: store.search_dense(axis(2), 1),
                lambda store: store.known_vectors([b"0" * 16]),
                lambda store: store.unfinished.append(
                    begun, late.document.pages, [], late.chunks, late.vectors
                ),
                lambda store: store.unfinished.find(key),
                lambda store: store.reembedding(other, "by line"),
            ):
                with pytest.raises(EmbedderMismatch, match="re-embedded meanwhile: open it again"):
                    call(store)
            assert len(store.search_lexical("heron", 5)) == 1  # needs no vector
    with Store.open(folder) as renewed:
        assert renewed.unfinished.find(key) is None, "its vectors are of the old embedder"
        assert "/late.txt" not in renewed.sources()
        assert renewed.check() == []


def test_it_goes_on_where_it_was(filled: Store, folder: Path, other: EmbedderIdentity) -> None:
    reembedding = filled.reembedding(other, "by document")
    first, *rest = reembedding.waiting()
    embed(filled, reembedding, first)
    with Store.open(folder) as again:
        resumed = again.reembedding(other, "by document")
        assert resumed.waiting() == rest
        embed_all(again, resumed)
        assert resumed.complete()
    assert reembedding.complete(), "another process was quicker"
    assert reembedding.waiting() == []


def test_another_target_drops_the_earlier_attempt(filled: Store, other: EmbedderIdentity) -> None:
    reembedding = filled.reembedding(other, "by document")
    embed_all(filled, reembedding)
    again = filled.reembedding(other, "by line")
    assert len(again.waiting()) == 3
    with pytest.raises(StoreError, match="abandoned, or another one begun"):
        reembedding.complete()
    again.abandon()
    assert filled.statistics().reembedded == 0
    with pytest.raises(StoreError, match="abandoned"):
        again.waiting()
    assert filled.check() == []


def test_documents_that_change_meanwhile_wait_again(
    filled: Store, other: EmbedderIdentity, material: Any
) -> None:
    reembedding = filled.reembedding(other, "by document")
    embed_all(filled, reembedding)
    heron = filled.document_of(material("", "The heron stands.", "It waits.").document.sha256)
    assert heron is not None
    material("/heron.txt", "The heron stands.", "It waits.", title="Read anew").put_into(filled)
    material("/new.txt", "The pike waits.").put_into(filled)
    filled.remove(["/kestrel.txt"])
    waiting = reembedding.waiting()
    assert waiting == [heron, filled.document_of(material("", "The pike waits.").document.sha256)]
    assert reembedding.complete() is False
    material("/heron.txt", "The heron stands.", "It waits.", title="And anew").put_into(filled)
    assert embed(filled, reembedding, heron) is False, "it was read before it changed"
    embed_all(filled, reembedding)
    assert filled.check() == []
    assert reembedding.complete() is True
    with Store.open(filled.folder) as renewed:
        assert sorted(renewed.sources()) == ["/bare.txt", "/heron.txt", "/new.txt"]
        assert renewed.check() == []


def test_what_does_not_fit_is_refused(filled: Store, other: EmbedderIdentity) -> None:
    reembedding = filled.reembedding(other, "by document")
    document_id = reembedding.waiting()[0]
    chunk = Chunk(0, 0, 3, 1, 1, (), "The")
    with pytest.raises(ValueError, match="shape"):
        reembedding.add(document_id, [chunk], np.eye(8, dtype=np.float32)[:1])
    with pytest.raises(ValueError, match="in order"):
        reembedding.add(document_id, [replace(chunk, ordinal=1)], np.eye(4, dtype=np.float32)[:1])
    with pytest.raises(ValueError, match="none that"):
        reembedding.add(99, [chunk], np.eye(4, dtype=np.float32)[:1])


def test_equal_texts_are_known_in_the_new_space_too(filled: Store, other: EmbedderIdentity) -> None:
    digest = text_digest(embedded_text(("Untitled",), (), "The kestrel hovers."))
    old = text_digest(embedded_text(("Untitled",), ("Part",), "The kestrel hovers."))
    reembedding = filled.reembedding(other, "by document")
    assert reembedding.known_vectors([digest, old]) == {}
    embed_all(filled, reembedding)
    known = reembedding.known_vectors([digest, old])
    assert {key: vector.shape for key, vector in known.items()} == {digest: (4,)}
    only_split = filled.reembedding(filled.identity, "by line")
    assert {key: vector.shape for key, vector in only_split.known_vectors([old]).items()} == {old: (8,)}


def test_a_vector_file_of_the_old_space_is_not_used(
    folder: Path, identity: EmbedderIdentity, material: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_vectors, "REWRITE_MINIMUM", 3)
    with Store.create(folder, identity, "by page") as store:
        for number in range(8):
            material(f"/{number}.txt", f"text {number}", axis=number).put_into(store)
    assert list(folder.glob("vectors-*.rows"))
    with Store.open(folder) as store:
        assert store.search_dense(np.eye(8, dtype=np.float32)[5], 1)
        reembedding = store.reembedding(replace(identity, model="other"), "by page")
        for number, document_id in enumerate(reembedding.waiting()):
            embed(store, reembedding, document_id, axis=7 - number)
        assert reembedding.complete()
    with Store.open(folder) as store:
        (hit,) = store.search_dense(np.eye(8, dtype=np.float32)[5], 1)
        assert store.chunks([hit[0]])[hit[0]].document == "/2.txt"
        assert store.check() == []


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`room(pages)`: the database of stores opened from now on may grow by so much and no more."""

    def limit(more: int) -> None:
        def limited(layout: StoreLayout, *, create: bool = False) -> Any:
            connection = connect(layout, create=create)
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages + more}")
            return connection

        monkeypatch.setattr(store_database, "connect", limited)

    return limit


def test_a_disk_that_fills_up_while_swapping_leaves_the_old_index(
    filled: Store, folder: Path, other: EmbedderIdentity, axis: Axis, room: Callable[[int], None]
) -> None:
    reembedding = filled.reembedding(other, "by word")
    for document_id in reembedding.waiting():
        text = "The "
        chunks = [Chunk(n, 0, 4, 1, 1, (), text) for n in range(500)]
        reembedding.add(document_id, chunks, np.eye(4, dtype=np.float32)[[1] * 500])
    room(0)
    with Store.open(folder) as store:
        reembedding = store.reembedding(other, "by word")
        with pytest.raises(StoreFull, match="make room"):
            reembedding.complete()
        assert reembedding.waiting() == []
        assert store.identity != other
        assert len(store.search_dense(axis(2), 5)) == 4
        assert len(store.search_lexical("heron", 5)) == 1
    assert filled.reembedding(other, "by word").complete()


def test_a_full_disk_leaves_the_old_index(
    folder: Path,
    identity: EmbedderIdentity,
    other: EmbedderIdentity,
    material: Any,
    axis: Axis,
    room: Callable[[int], None],
) -> None:
    with Store.create(folder, identity, "by page") as store:
        material("/a.txt", *("heron " * 300 for _ in range(100)), axis=2).put_into(store)
        reembedding = store.reembedding(other, "by document")
        embed_all(store, reembedding)
    room(3)
    with Store.open(folder) as store:
        reembedding = store.reembedding(other, "by document")
        assert reembedding.waiting() == []
        store.set_setting("filling", "x" * 4_000)
        with pytest.raises(StoreFull, match="make room"):
            store.set_setting("filling", "x" * 40_000)
        material("/b.txt", "kestrel " * 200).put_into(store)
        (document_id,) = reembedding.waiting()
        text = store.text(document_id, 0, 10_000)
        chunk = Chunk(0, 0, len(text), 1, 1, (), text)
        with pytest.raises(StoreFull, match="make room"):
            reembedding.add(
                document_id,
                [replace(chunk, ordinal=n) for n in range(50)],
                np.eye(4, dtype=np.float32)[[1] * 50],
            )
        assert reembedding.waiting() == [document_id]
        assert len(store.search_dense(axis(2), 5)) == 5
        assert store.check() == []


def test_a_large_document_is_kept_in_parts(filled: Store, folder: Path, other: EmbedderIdentity) -> None:
    reembedding = filled.reembedding(other, "by page")
    heron = reembedding.waiting()[0]
    first, second = Chunk(0, 0, 17, 1, 1, (), "The heron stands."), Chunk(1, 18, 27, 2, 2, (), "It waits.")
    vectors = np.eye(4, dtype=np.float32)
    beginning, middle = DocumentPlace(), DocumentPlace(2, 18, 1)
    assert reembedding.place(heron) == beginning
    before = reembedding.standing()
    assert reembedding.append(heron, beginning, middle, [first], vectors[:1])
    assert reembedding.standing() != before
    assert reembedding.append(heron, beginning, middle, [first], vectors[:1]) is False, "it stands elsewhere"
    assert reembedding.add(heron, [first, second], vectors[:2]) is False
    with pytest.raises(ValueError, match="in order"):
        reembedding.add(heron, [first], vectors[:1], middle)
    assert reembedding.complete() is False
    with Store.open(folder) as again:
        resumed = again.reembedding(other, "by page")
        assert resumed.waiting()[0] == heron
        assert resumed.waiting_pages() == 1 + 1 + 1
        assert resumed.place(heron) == middle
        digest = text_digest(embedded_text(("Untitled",), (), "The heron stands."))
        assert list(resumed.known_vectors([digest])) == [digest]
        assert again.check() == []
        assert resumed.add(heron, [second], vectors[1:2], middle)
        assert heron not in resumed.waiting()
        embed_all(again, resumed)
        assert again.check() == []
        assert resumed.complete()
    with Store.open(folder, other) as renewed:
        assert renewed.check() == []
        hits = renewed.search_dense(vectors[0], 1)
        assert [found.chunk.text for found in renewed.chunks([hits[0][0]]).values()] == ["The heron stands."]


def test_parts_of_a_document_that_was_replaced_count_no_more(
    filled: Store, other: EmbedderIdentity, material: Any
) -> None:
    reembedding = filled.reembedding(other, "by page")
    heron = reembedding.waiting()[0]
    vectors = np.eye(4, dtype=np.float32)
    chunk, middle = Chunk(0, 0, 17, 1, 1, (), "The heron stands."), DocumentPlace(2, 18, 1)
    assert reembedding.append(heron, DocumentPlace(), middle, [chunk], vectors[:1])
    material("/heron.txt", "The heron stands.", "It waits.", title="Read anew").put_into(filled)
    assert reembedding.still_waits(heron) is False
    assert reembedding.add(heron, [], vectors[:0], middle) is False
    assert heron in reembedding.waiting()
    assert reembedding.still_waits(heron)
    assert reembedding.place(heron) == DocumentPlace()
    assert reembedding.append(heron, DocumentPlace(), middle, [chunk], vectors[:1])
    embedded = Chunk(1, 18, 27, 2, 2, (), "It waits.")
    assert reembedding.add(heron, [embedded], vectors[:1], middle)
    assert filled.check() == []
    reembedding.abandon()
    assert filled.check() == []
