"""Searches that are confined by a filter, and what is said where it leaves nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from ingest.store.store import Store
from rag import (
    Collection,
    DocumentFilter,
    EmptyCollection,
    NoSuchDocument,
    RetrievalSettings,
    Settings,
    open_collection,
)

SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing"), isolated=False),
    generator=GeneratorSettings(engine="extractive"),
    retrieval=RetrievalSettings(candidates=2),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files from 2023, one that says it is of 2021, and one in German."""
    texts = {
        "2023/tow.md": "A tow costs 48 euros for a guest of the club, and 29 euros for a member.",
        "2023/tow-notes.txt": "The tow rope of the glider tow is looked at before each tow of the day.",
        "2023/tow.html": "<html lang='en'><title>Tow</title><p>A tow by the tow plane costs a tow fee.</p>",
        "old/tow.md": "---\ndate: 2021-05-01\nlanguage: en\n---\nA tow did cost 31 euros in these days.",
        "old/schlepp.md": "---\nlanguage: de\n---\nEin Schlepp kostet 48 Euro; tow heißt er auch.",
    }
    place = tmp_path / "papers"
    for name, text in texts.items():
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        os.utime(file, (1_680_000_000, 1_680_000_000))  # 28 March 2023
    return place


@pytest.fixture
def collection(home: Path, folder: Path) -> Iterator[Collection]:
    with open_collection("flying", SETTINGS) as opened:
        opened.ingest([folder])
        yield opened


def names(collection: Collection, only: DocumentFilter, k: int = 9) -> list[str]:
    hits = collection.search("What does a tow cost in euros?", k, only=only)
    return ["/".join(hit.document.rsplit("/", 2)[1:]) for hit in hits]


def test_a_filter_confines_search_explain_and_answers(collection: Collection) -> None:
    question, old = "What does a tow cost in euros?", DocumentFilter(folders="old", until="2021")
    assert names(collection, old) == ["old/tow.md"]
    assert [one.hit for one in collection.explain(question, only=old)] == collection.search(
        question, only=old
    )
    for only, expected in ((old, "31 euros"), (DocumentFilter(documents="2023/tow.md"), "48 euros")):
        answer = collection.ask(question, only=only)
        assert expected in answer.text
        assert {passage.document for passage in answer.passages} == {
            hit.document for hit in collection.search(question, only=only)
        }


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (DocumentFilter(types="html"), {"2023/tow.html"}),
        (DocumentFilter(types=["text", "html"]), {"2023/tow-notes.txt", "2023/tow.html"}),
        (DocumentFilter(languages="de"), {"old/schlepp.md"}),
        (DocumentFilter(since="2023-03-28", folders="old"), {"old/schlepp.md"}),
        (DocumentFilter(until="2021"), {"old/tow.md"}),
    ],
)
def test_what_is_outside_never_shows_and_what_is_inside_is_found(
    collection: Collection, only: DocumentFilter, expected: set[str]
) -> None:
    assert set(names(collection, only)) == expected


def test_a_filter_is_applied_before_the_best_are_taken(collection: Collection) -> None:
    # Each arm brings two candidates; of all documents these two are not found.
    two = DocumentFilter(documents=["tow-notes.txt", "schlepp.md"])
    everywhere = [
        hit.document.rsplit("/", 1)[1] for hit in collection.search("What does a tow cost in euros?", 2)
    ]
    assert not {"tow-notes.txt", "schlepp.md"} & set(everywhere)
    assert len(names(collection, two, 2)) == 2


def test_a_pattern_beside_a_filter_is_one_more_condition(collection: Collection) -> None:
    found = collection.search("tow", document="tow.md", only=DocumentFilter(folders="old"))
    assert [hit.document.rsplit("/", 2)[1:] for hit in found] == [["old", "tow.md"]]
    with pytest.raises(ValueError, match=r"Both 'tow\.md' and the filter"):
        collection.search("tow", document="tow.md", only=DocumentFilter(documents="*.html"))


def test_a_filter_without_a_condition_is_none(collection: Collection) -> None:
    assert collection.search("tow", only=DocumentFilter()) == collection.search("tow")
    assert collection.scope(only=DocumentFilter()) == collection.scope()


def test_a_scope_says_what_each_condition_left(collection: Collection) -> None:
    scope = collection.scope(document="tow*", only=DocumentFilter(folders="2023", types=["md", "html"]))
    assert (scope.documents, scope.searched) == (5, 2)
    assert [(one.condition, one.documents, one.words) for one in scope.narrowings] == [
        ("documents", 4, "4 match 'tow*'"),
        ("folders", 3, "3 of these lie in the folder '2023'"),
        ("types", 2, "2 of these are of type md or html"),
    ]
    assert (collection.scope().documents, collection.scope().searched) == (5, 5)


@pytest.mark.parametrize(
    ("only", "words"),
    [
        (
            DocumentFilter(documents=["a", "b.md"], types="pdf"),
            "No document here matches 'a' or 'b.md'. There are 5, among them ",
        ),
        (
            DocumentFilter(folders="2025"),
            "Of 5 documents here none lies in the folder '2025'. There are documents in ",
        ),
        (
            DocumentFilter(folders="2023", types="pdf"),
            "Of 5 documents here 3 lie in the folder '2023' and none of these is of type pdf. "
            "There are: html (1), markdown (1), text (1).",
        ),
        (
            DocumentFilter(folders="old", types="md", since="2024", until="2025"),
            "Of 5 documents here 2 lie in the folder 'old', 2 of these are of type md and none of these is "
            "dated since 2024 and until 2025. Their dates run from 2021-05-01 to 2023-03-28.",
        ),
        (
            DocumentFilter(until="1999-12"),
            "none is dated until 1999-12. Their dates run from 2021-05-01 to 2023-03-28.",
        ),
        (
            DocumentFilter(documents="schlepp", languages=["fr", "en"]),
            "Of 5 documents here 1 matches 'schlepp' and none of these is known to be in fr or en. "
            "There are: de (1). A document whose language is unknown matches none.",
        ),
    ],
)
def test_what_left_nothing_is_told_and_what_there_is(
    collection: Collection, only: DocumentFilter, words: str
) -> None:
    for call in (
        lambda: collection.search("tow", only=only),
        lambda: collection.ask("tow?", only=only),
        lambda: collection.scope(only=only),
    ):
        with pytest.raises(NoSuchDocument) as raised:
            call()
        assert words in str(raised.value)


def test_a_search_of_all_documents_does_not_list_them(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("listed")

    for name in ("documents", "sources", "all_document_ids"):
        monkeypatch.setattr(Store, name, refuse)
    assert collection.search("tow", 2)


def test_a_filter_does_not_hide_that_there_is_nothing_at_all(collection: Collection) -> None:
    collection.remove("*")
    for call in (collection.search, lambda question, only: collection.scope(only=only)):
        with pytest.raises(EmptyCollection):
            call("tow", only=DocumentFilter(types="pdf"))
