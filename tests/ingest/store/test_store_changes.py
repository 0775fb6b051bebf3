"""What a change leaves behind, proven by searches that find it or no longer do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, overload

import numpy as np
import pytest

from ingest.embedding.protocol import Vectors
from ingest.errors import DamagedFile, StoreError
from ingest.indexing import embedded_text, text_digest
from ingest.store.store import SourceFile, Store
from ingest.types import Chunk

Axis = Callable[[int], Vectors]


def documents_found(store: Store, hits: list[tuple[int, float]]) -> list[str]:
    return [chunk.document for chunk in store.chunks([chunk_id for chunk_id, _ in hits]).values()]


def test_a_put_document_is_found_by_meaning_and_by_word(store: Store, material: Any, axis: Axis) -> None:
    material("/a.txt", "The heron stands in the reeds.", axis=2).put_into(store)
    assert documents_found(store, store.search_dense(axis(2), 5)) == ["/a.txt"]
    assert documents_found(store, store.search_lexical("herons", 5)) == ["/a.txt"]
    assert store.check() == []


def test_putting_a_path_again_replaces_what_it_held(store: Store, material: Any, axis: Axis) -> None:
    material("/a.txt", "The heron stands.", "It waits.", axis=2).put_into(store)
    material("/a.txt", "The kestrel hovers.", axis=3).put_into(store)
    assert store.search_lexical("heron waits", 5) == []
    assert documents_found(store, store.search_lexical("kestrel", 5)) == ["/a.txt"]
    assert [similarity for _, similarity in store.search_dense(axis(2), 5)] == [0.0]
    assert store.statistics().chunks == store.statistics().vectors == 1
    assert store.check() == []


def test_putting_the_same_bytes_again_replaces_their_chunks_and_keeps_every_path(
    store: Store, material: Any, axis: Axis
) -> None:
    first = material("/a.txt", "The heron stands.", content="same bytes", axis=2)
    first.put_into(store)
    store.add_source(replace(first.source, path="/b.txt"))
    material("/b.txt", "The heron, read better.", content="same bytes", axis=3, title="New").put_into(store)
    assert [info.path for info in store.documents()] == ["/a.txt", "/b.txt"]
    assert {info.title for info in store.documents()} == {"New"}
    assert store.search_lexical("stands", 5) == []
    assert store.search_lexical("Untitled", 5) == []
    assert documents_found(store, store.search_lexical("better", 5)) == ["/a.txt"]
    assert store.check() == []


def test_removing_a_path_removes_all_that_hangs_on_it(store: Store, material: Any, axis: Axis) -> None:
    material("/a.txt", "The heron stands.", axis=2).put_into(store)
    material("/b.txt", "The kestrel hovers.", axis=3).put_into(store)
    assert documents_found(store, store.search_dense(axis(2), 1)) == ["/a.txt"]
    assert store.remove(["/a.txt", "/never-there.txt"]) == 1
    assert documents_found(store, store.search_dense(axis(2), 5)) == ["/b.txt"]
    assert store.search_lexical("heron", 5) == []
    statistics = store.statistics()
    assert (statistics.documents, statistics.sources, statistics.pages) == (1, 1, 1)
    assert (statistics.chunks, statistics.vectors) == (1, 1)
    assert store.check() == []


def test_a_document_stays_until_its_last_path_goes(store: Store, material: Any, axis: Axis) -> None:
    first = material("/a.txt", "The heron stands.", axis=2)
    first.put_into(store)
    assert store.document_of(first.source.sha256) is not None
    store.add_source(replace(first.source, path="/copy.txt"))
    assert store.statistics().documents == 1
    assert documents_found(store, store.search_lexical("heron", 5)) == ["/a.txt"]
    assert store.remove(["/a.txt"]) == 1
    assert documents_found(store, store.search_lexical("heron", 5)) == ["/copy.txt"]
    assert store.remove(["/copy.txt"]) == 1
    assert store.search_lexical("heron", 5) == []
    assert store.document_of(first.source.sha256) is None
    assert store.check() == []


def test_removing_both_paths_of_a_document_at_once(store: Store, material: Any) -> None:
    first = material("/a.txt", "The heron stands.")
    first.put_into(store)
    store.add_source(replace(first.source, path="/copy.txt"))
    assert store.remove(["/a.txt", "/copy.txt"]) == 2
    assert store.statistics().documents == 0
    assert store.check() == []


def test_adding_a_source_replaces_what_its_path_held(store: Store, material: Any) -> None:
    heron = material("/heron.txt", "The heron stands.")
    heron.put_into(store)
    material("/other.txt", "The kestrel hovers.").put_into(store)
    store.add_source(replace(heron.source, path="/other.txt"))
    assert store.search_lexical("kestrel", 5) == []
    assert store.sources()["/other.txt"].sha256 == heron.source.sha256
    assert store.check() == []


def test_adding_a_source_of_unknown_content_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="no document"):
        store.add_source(SourceFile("/a.txt", "f" * 64, 1, 1))
    assert store.sources() == {}


def test_touch_changes_the_time_only_where_the_content_is_that(store: Store, material: Any) -> None:
    first = material("/a.txt", "The heron stands.")
    first.put_into(store)
    store.touch(replace(first.source, modified_ns=2_000))
    assert store.sources()["/a.txt"].modified_ns == 2_000
    with pytest.raises(StoreError):
        store.touch(replace(first.source, sha256="f" * 64, modified_ns=3_000))
    assert store.sources()["/a.txt"].modified_ns == 2_000


def test_chunk_ids_are_never_used_again(store: Store, material: Any, axis: Axis) -> None:
    material("/a.txt", "One.", "Two.").put_into(store)
    before = {chunk_id for chunk_id, _ in store.search_dense(axis(0), 5)}
    store.remove(["/a.txt"])
    material("/b.txt", "Three.", "Four.").put_into(store)
    after = {chunk_id for chunk_id, _ in store.search_dense(axis(0), 5)}
    assert len(after) == 2
    assert not before & after
    assert store.chunks(sorted(before)) == {}


class BreaksHalfWay(Sequence[Chunk]):
    """Chunks, the reading of which fails after some were handed out."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._chunks = chunks

    def __len__(self) -> int:
        return len(self._chunks)

    @overload
    def __getitem__(self, index: int) -> Chunk: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Chunk]: ...
    def __getitem__(self, index: int | slice) -> Chunk | Sequence[Chunk]:
        return self._chunks[index]

    def __iter__(self) -> Iterator[Chunk]:
        yield self._chunks[0]
        raise KeyboardInterrupt


def test_a_put_that_breaks_off_changes_nothing(store: Store, material: Any, axis: Axis) -> None:
    old = material("/a.txt", "The heron stands.", axis=2)
    old.put_into(store)
    generation = store.generation()
    new = material("/a.txt", "The kestrel hovers.", "It falls.", axis=3)
    with pytest.raises(KeyboardInterrupt):
        store.put(new.document, BreaksHalfWay(new.chunks), new.vectors, new.source)
    assert store.generation() == generation
    assert store.sources() == {"/a.txt": old.source}
    assert documents_found(store, store.search_lexical("heron", 5)) == ["/a.txt"]
    assert store.search_lexical("kestrel", 5) == []
    assert store.check() == []
    new.put_into(store)  # and the way is free for the next try
    assert documents_found(store, store.search_lexical("kestrel", 5)) == ["/a.txt"]


@pytest.mark.parametrize(
    "vectors",
    [
        np.zeros((1, 8), np.float32),
        np.ones((2, 7), np.float32),
        np.ones((2, 8), np.float32),
        np.full((2, 8), np.nan, np.float32),
    ],
    ids=["too few", "too short", "not unit length", "not a number"],
)
def test_vectors_that_do_not_fit_are_refused(store: Store, material: Any, vectors: Vectors) -> None:
    two = material("/a.txt", "One.", "Two.")
    with pytest.raises(ValueError, match="ector"):
        store.put(two.document, two.chunks, vectors, two.source)
    assert store.sources() == {}


def test_a_source_of_other_bytes_is_refused(store: Store, material: Any) -> None:
    one = material("/a.txt", "One.")
    with pytest.raises(ValueError, match="bytes"):
        store.put(one.document, one.chunks, one.vectors, replace(one.source, sha256="f" * 64))


def test_text_that_is_not_unicode_is_the_files_fault(store: Store, material: Any) -> None:
    bad = material("/bad.txt", "half a character: \ud800", content="bad")
    with pytest.raises(DamagedFile, match=r"/bad\.txt.*half characters"):
        bad.put_into(store)
    assert store.sources() == {}
    assert store.check() == []


def test_a_document_without_chunks_is_kept_and_found_by_nothing(
    store: Store, material: Any, axis: Axis
) -> None:
    bare = material("/bare.txt", "")
    store.put(bare.document, [], np.empty((0, 8), np.float32), bare.source)
    assert [(info.path, info.chunk_count) for info in store.documents()] == [("/bare.txt", 0)]
    assert store.search_dense(axis(0), 5) == []
    assert store.check() == []


def test_the_generation_counts_changes_of_what_can_be_found(store: Store, material: Any) -> None:
    first = material("/a.txt", "One.")
    assert store.generation() == 0
    first.put_into(store)
    assert store.generation() == 1
    store.set_setting("threshold", "0.4")
    store.touch(replace(first.source, modified_ns=5))
    assert store.remove(["/not-here.txt"]) == 0
    assert store.generation() == 1
    store.remove(["/a.txt"])
    assert store.generation() == 2


def archive(path: str) -> SourceFile:
    return SourceFile(path, "a" * 64, 100, 5)


def test_archives_are_remembered_by_path_and_are_no_sources(folder: Any, identity: Any) -> None:
    with Store.create(folder, identity, "by page") as store:
        store.remember_archive(archive("/b.zip"))
        store.remember_archive(archive("/caf\udce9.zip"))
        store.remember_archive(replace(archive("/b.zip"), modified_ns=6))
        assert store.generation() == 0
    with Store.open(folder) as store:
        assert store.archives()["/b.zip"] == replace(archive("/b.zip"), modified_ns=6)
        assert list(store.archives()) == ["/b.zip", "/caf\udce9.zip"]
        assert (store.sources(), store.statistics().archives) == ({}, 2)
        assert store.remove(["/b.zip"]) == 0
        assert list(store.archives()) == ["/caf\udce9.zip"]


def test_an_archive_is_forgotten_with_a_member_of_it(store: Store, material: Any) -> None:
    for path in ("/a.zip", "/a.zip/inner.zip", "/a.zi", "/b.zip"):
        store.remember_archive(archive(path))
    material("/a.zip/inner.zip/heron.txt", "The heron stands.").put_into(store)
    assert store.remove(["/b.zip/was-never-here.txt"]) == 0
    assert len(store.archives()) == 4
    assert store.remove(["/a.zip/inner.zip/heron.txt", "/a.zip/inner.zip/heron.txt"]) == 1
    assert list(store.archives()) == ["/a.zi", "/b.zip"]


def test_a_text_that_is_embedded_already_is_known_by_its_digest(
    store: Store, material: Any, axis: Axis
) -> None:
    first = material("/a.txt", "The heron stands.", "It waits.", axis=2, title="Birds")
    first.put_into(store)
    material("/b.txt", "The heron stands.", axis=3, title="Other", content="b").put_into(store)
    digests = [
        text_digest(embedded_text((title,), ("Part",), "The heron stands."))
        for title in ("Birds", "Other", "New")
    ]
    known = store.known_vectors(digests)
    assert set(known) == set(digests[:2])
    assert np.array_equal(known[digests[0]], axis(2))
    assert np.array_equal(known[digests[1]], axis(3))
    store.remove(["/a.txt"])
    assert set(store.known_vectors(digests)) == {digests[1]}


def test_a_vector_remembered_for_another_text_is_reported(store: Store, material: Any) -> None:
    material("/a.txt", "One.", "Two.").put_into(store)
    with store._database.write() as connection:
        connection.execute("UPDATE embedding SET digest = zeroblob(16) WHERE chunk_id = 2")
    assert store.check() == ["1 vectors of 'Untitled' are remembered as those of another text."]


def test_a_page_out_of_its_place_is_reported(store: Store, material: Any) -> None:
    material("/a.txt", "One.", "Two.", "Three.").put_into(store)
    with store._database.write() as connection:
        connection.execute("UPDATE page SET length = 3 WHERE number = 2")
        connection.execute("UPDATE page SET recognised = 1 WHERE number = 3")
    assert store.check() == [
        "1 documents have more or fewer pages than they should.",
        "1 pages of 'Untitled' do not stand where the page before them ends.",
    ]
