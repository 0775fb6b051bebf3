"""Which documents of a store fulfil a filter, and that both ways of searching keep to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.document_filter import DocumentFilter
from ingest.embedding.protocol import Vectors
from ingest.media_types import DOCX, HTML, MARKDOWN, PDF
from ingest.store.store import Store

#: name: path, media type, day written, day of the file's last change, language
DOCUMENTS: dict[str, tuple[str, str, str | None, str, str | None]] = {
    "report": ("/data/2023/report.pdf", PDF, "2023-05-31", "2025-01-01", "en"),
    "bericht": ("/data/2024/bericht.pdf", PDF, "2024-02", "2025-01-01", "de"),
    "letter": ("/data/2024/in/letter.docx", DOCX, "2024", "2025-01-01", "en"),
    "notes": ("/data/2024/notes.md", MARKDOWN, None, "2024-06-15", None),
    "page": ("/other/2024.zip/page.html", HTML, None, "2022-12-31", "fr"),
}


@pytest.fixture
def papers(store: Store, material: Any) -> dict[int, str]:
    """The names by their documents' ids."""
    names = {}
    for axis, (name, (path, media_type, written, changed, language)) in enumerate(DOCUMENTS.items()):
        one = material(path, f"The {name} tells of water.", axis=axis)
        document = replace(one.document, media_type=media_type, written=written, language=language)
        noon = datetime.fromisoformat(f"{changed}T12:00").replace(tzinfo=UTC)
        source = replace(one.source, modified_ns=int(noon.timestamp()) * 10**9)
        replace(one, document=document, source=source).put_into(store)
        document_id = store.document_of(document.sha256)
        assert document_id is not None
        names[document_id] = name
    return names


EVERY = set(DOCUMENTS)


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (DocumentFilter(documents="*.pdf"), {"report", "bericht"}),
        (DocumentFilter(documents=["report.pdf", "notes"]), {"report", "notes"}),
        (DocumentFilter(documents=["report.pdf", "nothing"]), {"report"}),
        (DocumentFilter(documents="nothing"), set()),
        (DocumentFilter(documents=""), set()),
        (DocumentFilter(folders="2024"), {"bericht", "letter", "notes"}),
        (DocumentFilter(folders="/data/2024"), {"bericht", "letter", "notes"}),
        (DocumentFilter(folders="/DATA"), {"report", "bericht", "letter", "notes"}),
        (DocumentFilter(folders=["in", "2023"]), {"letter", "report"}),
        (DocumentFilter(folders="2024.zip"), {"page"}),
        (DocumentFilter(folders="202"), set()),
        (DocumentFilter(folders="notes.md"), set()),
        (DocumentFilter(types="pdf"), {"report", "bericht"}),
        (DocumentFilter(types=["word", "text/html"]), {"letter", "page"}),
        (DocumentFilter(types="slides"), set()),
        (DocumentFilter(languages="en"), {"report", "letter"}),
        (DocumentFilter(languages=["de", "fr"]), {"bericht", "page"}),
        (DocumentFilter(since="2024-06-15"), {"letter", "notes"}),
        (DocumentFilter(since="2024-06-16"), {"letter"}),
        (DocumentFilter(since="2024-02-29"), {"bericht", "letter", "notes"}),
        (DocumentFilter(since="2024-03"), {"letter", "notes"}),
        (DocumentFilter(until="2024-01"), {"report", "letter", "page"}),
        (DocumentFilter(until="2024-02-01"), {"report", "bericht", "letter", "page"}),
        (DocumentFilter(since="2023", until="2023"), {"report"}),
        (DocumentFilter(since="2023-05-31", until="2023-05-31"), {"report"}),
        (DocumentFilter(until="2022-12-30"), set()),
        (DocumentFilter(since="2022"), EVERY),
        (DocumentFilter(folders="2024", types="pdf"), {"bericht"}),
        (DocumentFilter(folders="2024", languages="en", since="2024"), {"letter"}),
        (DocumentFilter("*t*", "data", ["pdf", "docx"], "2023", "2024", ["de", "en"]),
         {"report", "bericht", "letter"}),
        (DocumentFilter("report.pdf", "2024"), set()),
    ],
)  # fmt: skip
def test_filter(store: Store, papers: dict[int, str], only: DocumentFilter, expected: set[str]) -> None:
    found = store.document_ids(only)
    assert found is not None
    assert {papers[document_id] for document_id in found} == expected


def test_no_condition_is_no_filter(store: Store, papers: dict[int, str]) -> None:
    assert store.document_ids(DocumentFilter()) is None
    assert store.document_ids(None) is None


def test_a_pattern_means_the_same_whatever_else_is_asked(store: Store, material: Any) -> None:
    material("/a/notes.md", "One.").put_into(store)
    material("/b/old-notes.md", "Another.").put_into(store)
    # "notes.md" is the name of a file here, if not in that folder: it is not read as a part of a name there.
    assert store.document_ids(DocumentFilter("notes.md", "b")) == frozenset()


def test_one_path_of_a_document_has_to_fulfil_all(store: Store, material: Any) -> None:
    one = material("/a/fee.md", "The fee.")
    one.put_into(store)
    replace(one, source=replace(one.source, path="/b/costs.md")).put_into(store)
    here = store.all_document_ids()
    assert store.document_ids(DocumentFilter("costs.md", "b")) == here
    assert store.document_ids(DocumentFilter("fee.md", "a")) == here
    assert store.document_ids(DocumentFilter("fee.md", "b")) == frozenset()


def test_a_file_that_was_just_changed_is_of_the_day_it_was_read(store: Store, material: Any) -> None:
    one = material("/a/fee.md", "The fee.")
    replace(one, source=replace(one.source, modified_ns=-1)).put_into(store)
    today = store.documents()[0].ingested_at[:10]
    assert store.document_ids(DocumentFilter(since=today, until=today)) == store.all_document_ids()
    assert store.document_ids(DocumentFilter(until="2020")) == frozenset()


@pytest.mark.parametrize("written", ["May 2023", "", "soon"])
def test_a_day_that_cannot_be_read_is_none(store: Store, material: Any, written: str) -> None:
    one = material("/a/fee.md", "The fee.")
    document = replace(one.document, written=written)
    replace(one, document=document, source=replace(one.source, modified_ns=0)).put_into(store)
    assert store.document_ids(DocumentFilter(since="1970-01-01", until="1970-01-01"))


def test_a_time_of_the_day_does_no_harm(store: Store, material: Any) -> None:
    one = material("/a/fee.md", "The fee.")
    replace(one, document=replace(one.document, written="2023-05-31T23:00:00")).put_into(store)
    assert store.document_ids(DocumentFilter(until="2023-05-31"))


def test_each_condition_is_told_with_what_it_leaves(store: Store, papers: dict[int, str]) -> None:
    steps = store.narrowed(DocumentFilter(folders="data", types=["pdf", "md"], languages="fr"))
    assert [(condition, {papers[id] for id in left}) for condition, left in steps] == [
        ("folders", {"report", "bericht", "letter", "notes"}),
        ("types", {"report", "bericht", "notes"}),
        ("languages", set()),
    ]


def test_kinds_are_counted_the_most_first(store: Store, papers: dict[int, str]) -> None:
    kinds = store.document_kinds(store.all_document_ids())
    assert kinds.paths == tuple(sorted(path for path, *_ in DOCUMENTS.values()))
    assert kinds.media_types[0] == (PDF, 2)
    assert dict(kinds.media_types) == {PDF: 2, DOCX: 1, MARKDOWN: 1, HTML: 1}
    assert kinds.languages[0] == ("en", 2)
    assert dict(kinds.languages) == {"en": 2, "de": 1, "fr": 1, None: 1}
    assert (kinds.first_day, kinds.last_day) == ("2022-12-31", "2024-06-15")
    nothing = store.document_kinds(())
    assert (nothing.paths, nothing.media_types, nothing.first_day) == ((), (), None)


def test_both_ways_of_searching_keep_to_a_filter(
    store: Store, papers: dict[int, str], axis: Callable[[int], Vectors]
) -> None:
    best_of_all = axis(0)  # the report's own
    for only in (
        DocumentFilter(languages=["de", "fr"]),
        DocumentFilter(types="md"),
        DocumentFilter(since="2024"),
    ):
        ids = store.document_ids(only)
        assert ids is not None
        for found in (store.search_dense(best_of_all, 5, ids), store.search_lexical("report water", 5, ids)):
            assert {chunk.document_id for chunk in store.chunks([id for id, _ in found]).values()} == ids


def test_documents_that_follow_each_other_are_searched_as_one_stretch(
    store: Store, material: Any, axis: Callable[[int], Vectors]
) -> None:
    for number in range(4):
        material(f"/{number}.md", f"Water {number}.", f"More water {number}.").put_into(store)
    store.remove(["/1.md"])
    material("/no-chunks.md").put_into(store)
    material("/4.md", "Water 4.").put_into(store)
    for paths in (["/0.md", "/2.md"], ["/2.md", "/3.md"], ["/3.md", "/no-chunks.md", "/4.md"], ["/4.md"]):
        ids = store.document_ids(DocumentFilter(documents=paths))
        assert ids is not None
        for found in (store.search_dense(axis(0), 9, ids), store.search_lexical("water", 9, ids)):
            there = [chunk.document for chunk in store.chunks([id for id, _ in found]).values()]
            assert set(there) == set(paths) - {"/no-chunks.md"}
            assert len(there) == sum(1 if path == "/4.md" else 2 for path in set(there))
