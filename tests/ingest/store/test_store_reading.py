"""What was put comes out again, verbatim."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.embedding.protocol import EmbedderIdentity
from ingest.errors import StoreError
from ingest.store.pages import pack_boxes, unpack_boxes
from ingest.store.store import SourceFile, Store
from ingest.types import PAGE_BREAK, Chunk, Document, LineBox, Page

AWKWARD = [
    "First page,\r\nwith “quotes” and é.",
    "",
    "NUL \x00 inside, \ufeff mark, 🦜, cafe\u0301\n",
    "Last.",
]


def awkward_document() -> Document:
    """Edges of boxes are eighths, so that 32-bit floats hold them exactly."""
    pages = tuple(
        Page(
            number,
            text,
            f"sheet {number}",
            headings=("Part I", "Section “é”"),
            recognised=number == 3,
            boxes=(LineBox(0, 3, 0.125, 0.25, 0.5, 0.375), LineBox(3, 5, -0.125, 0.5, 1.125, 0.625)),
        )
        for number, text in enumerate(AWKWARD, start=1)
    )
    return Document(
        "a" * 64,
        "application/pdf",
        "A title",
        pages,
        author="N. N.",
        name="a",
        notes=("1 of 4 is empty",),
        language="en",
        written="2024-05-31",
    )


def put_whole(store: Store, document: Document, path: str = "/a.pdf") -> int:
    text = PAGE_BREAK.join(page.text for page in document.pages)
    chunk = Chunk(0, 0, len(text), 1, len(document.pages), ("Part I",), text)
    vector = np.eye(8, dtype=np.float32)[:1]
    store.put(document, [chunk], vector, SourceFile(path, document.sha256, 10, 20))
    found = store.document_ids(path)
    assert found is not None
    (document_id,) = found
    return document_id


def test_a_document_round_trips(store: Store) -> None:
    document = awkward_document()
    document_id = put_whole(store, document)
    assert store.document(document_id) == document
    assert tuple(store.pages(document_id)) == document.pages
    assert store.page(document_id, 3) == document.pages[2]


def test_every_span_of_the_text_is_what_the_pages_say(store: Store) -> None:
    document_id = put_whole(store, awkward_document())
    whole = PAGE_BREAK.join(AWKWARD)
    for start in range(len(whole) + 2):
        for end in (start, start + 1, start + 7, len(whole), len(whole) + 9):
            assert store.text(document_id, start, end) == whole[start:end], (start, end)


def test_a_chunk_comes_back_as_it_was_put(store: Store) -> None:
    put_whole(store, awkward_document())
    ((chunk_id, _),) = store.search_lexical("quotes", 5)
    stored = store.chunks([chunk_id])[chunk_id]
    whole = PAGE_BREAK.join(AWKWARD)
    assert stored.chunk == Chunk(0, 0, len(whole), 1, 4, ("Part I",), whole)
    assert (stored.id, stored.document, stored.title) == (chunk_id, "/a.pdf", "A title")


def test_text_with_nul_is_taken_out_of_the_index_of_words(store: Store) -> None:
    put_whole(store, awkward_document())
    store.remove(["/a.pdf"])
    assert store.search_lexical("quotes inside last", 5) == []
    assert store.check() == []


def test_chunks_come_in_the_order_asked_for(store: Store, material: Any) -> None:
    material("/a.txt", "One.", "Two.", "Three.").put_into(store)
    ids = [chunk_id for chunk_id, _ in store.search_dense(np.eye(8, dtype=np.float32)[0], 5)]
    backwards = ids[::-1]
    assert list(store.chunks([*backwards, 999_999])) == backwards


def test_neighbours_are_of_the_same_document_in_order_with_the_chunk_itself(
    store: Store, material: Any
) -> None:
    material("/a.txt", "alpha", "beta", "gamma", "delta").put_into(store)
    material("/b.txt", "epsilon").put_into(store)
    ((chunk_id, _),) = store.search_lexical("gamma", 1)
    assert [near.chunk.text for near in store.neighbours(chunk_id, 1, 0)] == ["beta", "gamma"]
    assert [near.chunk.text for near in store.neighbours(chunk_id, 9, 9)] == [
        "alpha",
        "beta",
        "gamma",
        "delta",
    ]
    assert store.neighbours(999_999, 1, 1) == []


def test_a_listing_has_one_entry_per_path(store: Store, material: Any) -> None:
    first = material("/b.txt", "One.", "Two.", title="Numbers")
    first.put_into(store)
    store.add_source(SourceFile("/a.txt", first.source.sha256, 77, 5))
    listing = store.documents()
    assert [(info.path, info.size_bytes) for info in listing] == [("/a.txt", 77), ("/b.txt", 2)]
    assert {(info.title, info.page_count, info.chunk_count) for info in listing} == {("Numbers", 2, 2)}
    assert listing[0].ingested_at.endswith("+00:00")


def test_a_listing_tells_of_language_date_and_recognised_pages(store: Store) -> None:
    put_whole(store, awkward_document())
    (info,) = store.documents()
    assert (info.recognised_pages, info.language, info.written) == (1, "en", "2024-05-31")
    assert store.statistics().recognised_pages == 1


def test_a_document_is_found_by_its_bytes(store: Store) -> None:
    document_id = put_whole(store, awkward_document())
    assert store.document_of("a" * 64) == document_id
    assert store.document_of("b" * 64) is None
    assert store.all_document_ids() == {document_id}
    assert store.head(document_id) == replace(awkward_document(), pages=())
    with pytest.raises(StoreError, match="does not hold document 99"):
        store.head(99)


def test_pages_come_a_few_at_a_time_and_all_of_one_content(store: Store, material: Any) -> None:
    long = material("/long.txt", *(f"page {number}" for number in range(1, 101)), content="long")
    long.put_into(store)
    (document_id,) = store.document_ids("/long.txt") or ()
    assert [page.number for page in store.pages(document_id)] == list(range(1, 101))
    pages = store.pages(document_id)
    assert next(pages).text == "page 1"
    material("/long.txt", *(f"other {number}" for number in range(1, 101)), content="long").put_into(store)
    with pytest.raises(StoreError, match="as it was"):
        list(pages)
    assert next(store.pages(document_id)).text == "other 1"


def test_a_path_need_not_be_unicode(store: Store, material: Any) -> None:
    path = "/caf\udce9.txt"  # how Python spells a Latin-1 file name on a UTF-8 system
    material(path, "The heron stands.").put_into(store)
    assert list(store.sources()) == [path]
    assert store.remove([path]) == 1


def test_settings_are_kept(folder: Path, identity: EmbedderIdentity) -> None:
    with Store.create(folder, identity, "by page") as store:
        assert store.setting("threshold") is None
        store.set_setting("threshold", "0.4")
        store.set_setting("threshold", "0.5")
    with Store.open(folder) as store:
        assert store.setting("threshold") == "0.5"


def test_what_is_gone_is_said_so(store: Store) -> None:
    document_id = put_whole(store, awkward_document())
    with pytest.raises(StoreError, match="page 5 of document"):
        store.page(document_id, 5)
    store.remove(["/a.pdf"])
    with pytest.raises(StoreError, match="does not hold document"):
        store.pages(document_id)
    with pytest.raises(StoreError, match="does not hold document"):
        store.document(document_id)
    assert store.text(document_id, 0, 10) == ""


def test_statistics_count_what_is_there(store: Store, material: Any, folder: Path) -> None:
    material("/a.txt", "One.", "Two.", "Three.").put_into(store)
    statistics = store.statistics()
    assert (statistics.documents, statistics.sources, statistics.pages) == (1, 1, 3)
    assert (statistics.chunks, statistics.vectors, statistics.generation) == (3, 3, 1)
    assert statistics.bytes_on_disk == sum(path.stat().st_size for path in folder.iterdir())


def test_boxes_keep_their_places_to_a_ten_millionth_of_the_page() -> None:
    box = LineBox(70_000, 70_080, 0.1, 0.2, 0.9, 1 / 3)
    (unpacked,) = unpack_boxes(pack_boxes([box]))
    assert (unpacked.start, unpacked.end) == (70_000, 70_080)
    assert [unpacked.left, unpacked.top, unpacked.right, unpacked.bottom] == pytest.approx(
        [0.1, 0.2, 0.9, 1 / 3], abs=1e-7
    )
    assert unpack_boxes(pack_boxes([])) == ()
