"""A collection from the outside, on real small files, with the engines that need no model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings, SplitterSettings
from rag import (
    Answered,
    Collection,
    CollectionNotFound,
    EmbedderMismatch,
    EmptyCollection,
    EmptyQuestion,
    NoSuchDocument,
    NothingToIngest,
    RetrievalSettings,
    Settings,
    StoreError,
    delete_collection,
    list_collections,
    open_collection,
)

SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing")),
    generator=GeneratorSettings(engine="extractive"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "club.md").write_text(
        "# Club\n\nThe club opened in 1889.\n\n# Fees\n\nA tow costs 48 euros.\n"
    )
    (documents / "winch.txt").write_text("The winch rope is replaced every 1,000 launches.")
    return documents


@pytest.fixture
def collection(home: Path, folder: Path) -> Iterator[Collection]:
    with open_collection("flying", SETTINGS) as opened:
        opened.ingest([folder])
        yield opened


def test_what_was_ingested_is_found_with_its_page(collection: Collection, folder: Path) -> None:
    best = collection.search("What does a tow cost?", 3)[0]
    assert best.document == str(folder / "club.md")
    assert "48 euros" in best.text
    assert best.page_number == 2
    assert best.rank == 1


def test_an_answer_quotes_the_page_it_stands_on(collection: Collection, folder: Path) -> None:
    answer = collection.ask("What does a tow cost?")
    citation = answer.sentences[0].citations[0]
    assert citation.quote == "A tow costs 48 euros."
    assert (citation.document, citation.page_number) == (str(folder / "club.md"), 2)
    page = next(page for page in collection.pages("club.md") if page.number == 2)
    assert citation.quote in page.text


def test_citation_offsets_lead_back_to_the_documents_text(collection: Collection) -> None:
    citation = collection.ask("What does a tow cost?").sentences[0].citations[0]
    text = "\f".join(page.text for page in collection.pages("club.md"))
    assert text[citation.start : citation.end] == citation.quote


def test_the_stream_ends_with_the_same_answer_that_ask_gives(collection: Collection) -> None:
    last = list(collection.stream("What does a tow cost?"))[-1]
    assert isinstance(last, Answered)
    assert last.answer.text == collection.ask("What does a tow cost?").text


def test_a_document_limits_the_search(collection: Collection) -> None:
    assert {
        Path(hit.document).name for hit in collection.search("tow rope club", 9, document="winch.txt")
    } == {"winch.txt"}
    with pytest.raises(NoSuchDocument, match="matches 'nothing'"):
        collection.search("tow", document="nothing")


def test_unchanged_files_are_skipped_and_changed_ones_replaced(collection: Collection, folder: Path) -> None:
    assert collection.ingest([folder]).count("unchanged") == 2
    (folder / "winch.txt").write_text("The winch has a diesel engine now, and another rope.")
    report = collection.ingest([folder])
    assert (report.count("replaced"), report.count("unchanged")) == (1, 1)
    assert "1,000 launches" not in " ".join(hit.text for hit in collection.search("launches rope", 20))


def test_what_was_removed_is_not_found(collection: Collection, folder: Path) -> None:
    assert collection.remove("winch.txt") == (str(folder / "winch.txt"),)
    assert "winch" not in " ".join(hit.text for hit in collection.search("winch rope launches", 20))
    assert [Path(info.path).name for info in collection.documents()] == ["club.md"]
    with pytest.raises(NoSuchDocument):
        collection.remove("winch.txt")


def test_sync_forgets_what_vanished_from_disk(collection: Collection, folder: Path) -> None:
    (folder / "winch.txt").unlink()
    assert collection.ingest([folder]).count("removed") == 0
    assert collection.ingest([folder], sync=True).count("removed") == 1
    assert "winch" not in " ".join(hit.text for hit in collection.search("winch rope", 20))


def test_removing_one_of_two_equal_files_leaves_the_other(collection: Collection, folder: Path) -> None:
    (folder / "copy.txt").write_text((folder / "winch.txt").read_text())
    collection.ingest([folder])
    collection.remove("winch.txt")
    assert [Path(hit.document).name for hit in collection.search("winch rope", 1)] == ["copy.txt"]


def test_a_collection_survives_being_closed(home: Path, folder: Path) -> None:
    with open_collection("flying", SETTINGS) as first:
        first.ingest([folder])
    with open_collection("flying", SETTINGS) as second:
        assert "48 euros" in second.search("tow", 1)[0].text
        assert second.check() == []


def test_questions_to_nothing_are_told_so(home: Path, folder: Path) -> None:
    missing = open_collection("missing", SETTINGS)
    with pytest.raises(CollectionNotFound):
        missing.ask("Anything?")
    with open_collection("flying", SETTINGS) as emptied:
        emptied.ingest([folder])
        emptied.remove("*")
        with pytest.raises(EmptyCollection, match="refdesk ingest"):
            emptied.ask("Anything?")


def test_nothing_to_ingest_makes_no_collection(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(NothingToIngest):
            open_collection("flying", SETTINGS).ingest([path])
    assert list_collections() == []


def test_another_splitter_is_refused_in_words(collection: Collection, folder: Path) -> None:
    other = Settings(
        ingest=IngestSettings(
            embedder=EmbedderSettings(engine="hashing"),
            splitter=SplitterSettings(max_tokens=20, overlap_tokens=2),
        ),
        generator=SETTINGS.generator,
    )
    with pytest.raises(EmbedderMismatch), open_collection("flying", other) as second:
        second.ingest([folder])


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "-c", "x" * 101, "a\nb"])
def test_a_name_that_cannot_be_one_is_refused(home: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a collection's name"):
        open_collection(name)


def test_a_path_names_a_collection_anywhere(tmp_path: Path, folder: Path) -> None:
    with open_collection(tmp_path / "elsewhere", SETTINGS) as elsewhere:
        elsewhere.ingest([folder])
    assert (tmp_path / "elsewhere" / "store.sqlite3").is_file()


def test_listing_names_every_collection_and_what_ails_it(collection: Collection, home: Path) -> None:
    broken = home / "collections" / "broken"
    broken.mkdir()
    (broken / "store.sqlite3").write_bytes(b"not a database, by far, and long enough to be seen as none" * 20)
    found = {info.name: info for info in list_collections()}
    assert found["flying"].problem is None
    assert found["broken"].problem is not None


def test_deleting_a_collection_leaves_the_files(home: Path, folder: Path) -> None:
    with open_collection("flying", SETTINGS) as opened:
        opened.ingest([folder])
    delete_collection("flying")
    assert list_collections() == []
    assert (folder / "club.md").is_file()
    with pytest.raises(CollectionNotFound):
        delete_collection("flying")


def test_a_closed_collection_stays_closed(collection: Collection) -> None:
    collection.close()
    collection.close()
    with pytest.raises(StoreError, match="closed"):
        collection.search("tow")


def test_half_a_character_in_a_question_does_no_harm(collection: Collection) -> None:
    assert "48 euros" in collection.search("tow \ud83d", 1)[0].text
    assert "48 euros" in collection.ask("What does a tow cost? \udcff").text


def test_the_extractive_engines_refusal_is_one(collection: Collection) -> None:
    answer = collection.ask("Zebras?")
    assert answer.refused


def test_an_empty_question_is_told_so(collection: Collection) -> None:
    with pytest.raises(EmptyQuestion):
        collection.ask("  ")
    with pytest.raises(ValueError, match="at least 1"):
        collection.search("tow", -1)


def test_a_closed_collection_loads_no_model_again(collection: Collection) -> None:
    collection.close()
    with pytest.raises(StoreError, match="closed"):
        collection.load()


def test_a_deleted_collection_is_empty_for_whoever_has_it_open(collection: Collection) -> None:
    delete_collection("flying")
    with pytest.raises((EmptyCollection, StoreError)):
        collection.search("tow")


def test_reciprocal_ranks_can_be_chosen(collection: Collection) -> None:
    other = Settings(SETTINGS.ingest, SETTINGS.generator, RetrievalSettings(fusion="reciprocal-rank"))
    with open_collection("flying", other) as second:
        hits = second.search("What does a tow cost?", 9)
    by_rank = [sum(1 / (60 + arm.rank) for arm in (hit.dense, hit.lexical) if arm) for hit in hits]
    assert by_rank == sorted(by_rank, reverse=True)
    assert hits[0].score == 1.0  # 1/61 + 1/61, stretched to 0..1 with the others
