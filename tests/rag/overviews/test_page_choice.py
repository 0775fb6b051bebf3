"""Which pages are read where not all can be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from rag import Collection, OverviewSettings, Settings, open_collection


def section(heading: str, text: str) -> str:
    return f"# {heading}\n\n{text}\n\n"


@pytest.fixture
def collection(home: Path, tmp_path: Path) -> Iterator[Collection]:
    folder = tmp_path / "documents"
    folder.mkdir()
    winch = [section(f"Winch {n}", f"The winch rope is checked before launch {n}.") for n in range(1, 6)]
    (folder / "winch.md").write_text(
        section("Cover", "Printed in Oslo, all rights reserved.") + "".join(winch)
    )
    (folder / "fees.md").write_text(
        section("Fees", "The annual fee is 12 euros.") + section("Cake", "Cake costs one euro.")
    )
    (folder / "blank.html").write_text("<title></title>")
    settings = Settings(
        ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing")),
        generator=GeneratorSettings(engine="extractive"),
        overview=OverviewSettings(most_pages=3),
    )
    with open_collection("bounded", settings) as opened:
        opened.ingest([folder])
        yield opened


def test_the_most_central_pages_of_each_document_are_read_in_turn(collection: Collection) -> None:
    answer = collection.ask("Summarise all documents")
    pages = {(passage.document.rsplit("/", 1)[-1], passage.page_number) for passage in answer.passages}
    assert len(pages) == 3
    assert {document for document, _ in pages} == {"winch.md", "fees.md"}
    assert ("winch.md", 1) not in pages  # the cover is not what the document is about
    assert answer.coverage is not None
    assert answer.coverage.chosen == "central"
    assert answer.coverage.text == (
        "From 2 of 2 documents, 3 of 8 pages: those most like the whole of their document."
    )


def test_for_what_is_asked_the_nearest_pages_are_read_wherever_they_are(collection: Collection) -> None:
    answer = collection.ask("List all winch ropes")
    assert answer.coverage is not None
    assert answer.coverage.chosen == "nearest"
    assert (answer.coverage.documents, answer.coverage.pages) == (1, 3)
    assert "fees.md (beyond the 3 pages that are read at most)" in answer.coverage.text
    assert {passage.document.rsplit("/", 1)[-1] for passage in answer.passages} == {"winch.md"}


def test_within_the_bound_everything_is_read(collection: Collection) -> None:
    answer = collection.ask("Summarise fees.md")
    assert answer.coverage is not None
    assert answer.coverage.text == "From 1 of 1 document, 2 pages."


def test_more_documents_than_pages_leaves_some_out_by_name(collection: Collection, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for number in range(4):
        (more / f"extra {number}.txt").write_text(f"Something about subject number {number}.")
    collection.ingest([more])
    answer = collection.ask("summarise everything")
    assert answer.coverage is not None
    assert (answer.coverage.documents, answer.coverage.pages) == (3, 3)
    assert len(answer.coverage.left_out) == answer.coverage.documents_total - 3
