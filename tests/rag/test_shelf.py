"""Collections get other names and go, and what belongs to them with them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ingest.errors import CollectionNotFound, StoreError
from ingest.settings import EmbedderSettings, IngestSettings
from rag import Settings, delete_collection, list_collections, open_collection, rename_collection
from rag.assembly import with_model
from rag.conversations.conversations import Conversations
from rag.dropped_files import DroppedFiles

SETTINGS = with_model(
    Settings(ingest=IngestSettings(embedder=EmbedderSettings(None, "hashing"))), "extractive"
)


@pytest.fixture
def shelf(home: Path, tmp_path: Path) -> Path:
    """The collection `shelf`, with one dropped file; its folder."""
    with open_collection("shelf", SETTINGS) as collection:
        collection.create()
        dropped = DroppedFiles(collection.folder).keep(
            "fees.md", io.BytesIO(b"The annual fee is 12 euros.\n")
        )
        collection.ingest([dropped.path])
    return home / "collections" / "shelf"


def names() -> list[str]:
    return [info.name for info in list_collections()]


def test_a_collection_can_be_made_empty(home: Path) -> None:
    with open_collection("new", SETTINGS) as collection:
        collection.create()
        collection.create()
        assert collection.documents() == []
    assert names() == ["new"]


def test_a_renamed_one_is_whole(shelf: Path) -> None:
    rename_collection("shelf", "desk")
    assert names() == ["desk"]
    assert not shelf.exists()
    with open_collection("desk", SETTINGS) as collection:
        (document,) = collection.documents()
        assert Path(document.path).is_file()
        assert DroppedFiles(collection.folder).holds(document.path)
        assert "12 euros" in collection.search("annual fee")[0].text
        assert collection.check() == []


def test_its_chats_stay_with_it(shelf: Path) -> None:
    with open_collection("shelf", SETTINGS) as collection:
        Conversations().start("shelf", collection.ask("What is the annual fee?"), "extractive")
    rename_collection("shelf", "desk")
    assert [chat.collection for chat in Conversations().list("desk")] == ["desk"]
    assert Conversations().list("shelf") == ()


def test_an_open_one_keeps_its_name(shelf: Path) -> None:
    with open_collection("shelf", SETTINGS) as collection:
        collection.documents()
        with pytest.raises(StoreError, match="open elsewhere"):
            rename_collection("shelf", "desk")
        assert len(collection.documents()) == 1
    assert names() == ["shelf"]
    rename_collection("shelf", "desk")


def test_no_name_is_taken_from_another(shelf: Path) -> None:
    with open_collection("desk", SETTINGS) as collection:
        collection.create()
    with pytest.raises(StoreError, match="exists already"):
        rename_collection("shelf", "desk")
    with pytest.raises(ValueError, match="cannot be a collection's name"):
        rename_collection("shelf", "../desk")
    with pytest.raises(CollectionNotFound):
        rename_collection("nothing", "something")
    assert names() == ["desk", "shelf"]


def test_what_was_dropped_goes_with_the_collection(shelf: Path) -> None:
    files = DroppedFiles(shelf).folder
    assert files is not None
    assert files.is_dir()
    delete_collection("shelf")
    assert not files.exists()
    assert names() == []


def test_these_very_paths_are_removed(home: Path, tmp_path: Path) -> None:
    for name in ("a.md", "A.md", "other.md"):
        (tmp_path / name).write_text(f"{name} tells of itself.")
    with open_collection("shelf", SETTINGS) as collection:
        collection.ingest([tmp_path / "a.md", tmp_path / "A.md", tmp_path / "other.md"])
        assert collection.remove_paths([str(tmp_path / "a.md"), "/nowhere"]) == 1
        assert {Path(info.path).name for info in collection.documents()} == {"A.md", "other.md"}
