"""Chats that are kept, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def kept(refdesk, filled: Path) -> str:
    """The id of a chat of two questions."""
    said = refdesk("chat", "--json", typed="What is the annual fee?\nWhen do books go back?\n")
    return json.loads(said.stdout.splitlines()[0])["chat"]


def listed(refdesk, *options: str) -> list[dict]:
    return refdesk("chats", "list", "--json", *options).json()["chats"]


def test_a_chat_is_kept_and_listed(refdesk, kept: str) -> None:
    (chat,) = listed(refdesk)
    assert set(chat) == {"id", "title", "collection", "began", "changed", "questions"}
    assert (chat["id"], chat["title"], chat["collection"]) == (kept, "What is the annual fee?", "default")
    assert chat["questions"] == 2
    assert f"{kept}  " in refdesk("chats", "list").stdout


def test_nothing_is_kept_where_that_is_asked_for(refdesk, filled: Path, home: Path) -> None:
    said = refdesk("chat", "--no-keep", "--json", typed="What is the annual fee?\n")
    assert json.loads(said.stdout)["chat"] is None
    assert not (home / "conversations.sqlite3").exists()
    assert refdesk("chats", "list").stdout.startswith("No chats yet.")


def test_a_chat_is_shown_with_its_quotes(refdesk, kept: str) -> None:
    said = refdesk("chats", "show", "last").stdout
    assert "1. What is the annual fee?" in said
    assert "  [1] fees.md, section Fees: “The annual fee is 12 euros.”" in said
    turn = refdesk("chats", "show", kept, "--json").json()["chat"]["turns"][0]
    assert turn["sentences"][0]["citations"][0]["quote"] == "The annual fee is 12 euros."
    assert turn["engine"] == "extractive"


@pytest.mark.parametrize("named", ["last", "id"])
def test_a_resumed_chat_knows_what_was_said(refdesk, kept: str, named: str) -> None:
    refdesk("chat", "--resume", kept if named == "id" else named, typed="What is the annual fee?\n")
    said = refdesk("chat", "--json", "--resume", kept if named == "id" else named, typed="Who pays it?\n")
    assert json.loads(said.stdout)["searched"] == "Who pays the annual fee?"
    assert [chat["questions"] for chat in listed(refdesk)] == [4]


def test_a_resumed_chat_can_be_left_as_it_is(refdesk, kept: str) -> None:
    refdesk("chat", "--resume", kept, "--no-keep", typed="What is the annual fee?\n")
    assert listed(refdesk)[0]["questions"] == 2


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["chat", "--resume", "aaaaa"], "NoSuchConversation"),
        (["chats", "show", "aaaaa"], "NoSuchConversation"),
        (["chats", "delete", "aaaaa", "--yes"], "NoSuchConversation"),
        (["chats", "delete", "--yes"], "WrongUse"),
        (["chats", "rename", "last", "  "], "WrongUse"),
    ],
)
def test_wrong_use_has_words(refdesk, kept: str, arguments: list[str], kind: str) -> None:
    said = refdesk(*arguments, "--json")
    assert (said.exit_code, said.json()["error"]["kind"]) == (2, kind)


def test_a_chat_is_not_gone_on_with_in_another_collection(refdesk, kept: str, filled: Path) -> None:
    refdesk("ingest", filled, "-c", "other")
    said = refdesk("chat", "-c", "other", "--resume", kept)
    assert said.exit_code == 2
    assert f"refdesk chat -c default --resume {kept}" in said.stderr


def test_a_chat_is_found_by_words_and_by_collection(refdesk, kept: str) -> None:
    assert [chat["id"] for chat in listed(refdesk, "--find", "books friday")] == [kept]
    assert listed(refdesk, "--find", "penguins") == []
    assert listed(refdesk, "-c", "other") == []


def test_a_chat_is_exported(refdesk, kept: str, tmp_path: Path) -> None:
    page = tmp_path / "fees.md"
    assert refdesk("chats", "export", kept, "-o", page).exit_code == 0
    assert "- \\[1\\] fees.md, section Fees: “The annual fee is 12 euros.”" in page.read_text("utf-8")
    assert refdesk("chats", "export", kept, "-o", page).exit_code == 2
    assert refdesk("chats", "export", kept, "-o", page, "--force").exit_code == 0
    assert refdesk("chats", "export", kept).stdout == page.read_text("utf-8")
    whole = refdesk("chats", "export", kept, "--format", "json").json()
    assert (whole["schema"], whole["chat"]["id"]) == (1, kept)
    file = tmp_path / "fees.json"
    refdesk("chats", "export", kept, "--format", "json", "-o", file)
    assert json.loads(file.read_text("utf-8")) == whole


def test_a_chat_is_renamed(refdesk, kept: str) -> None:
    assert refdesk("chats", "rename", "last", "Fees", "--json").json()["chat"]["title"] == "Fees"
    assert listed(refdesk)[0]["title"] == "Fees"


def test_chats_are_deleted_only_when_that_is_meant(refdesk, kept: str) -> None:
    assert refdesk("chats", "delete", kept).exit_code == 2  # nobody to ask
    assert refdesk("chats", "delete", "-c", "other", "--yes").stdout == "Nothing was deleted.\n"
    assert refdesk("chats", "delete", "-c", "default", "--yes", "--json").json()["deleted"] == [kept]
    assert listed(refdesk) == []


def test_ids_and_all_can_be_deleted(refdesk, kept: str) -> None:
    refdesk("chat", typed="When do books go back?\n")
    assert refdesk("chats", "delete", kept[:4], kept, "--yes").stdout == "Deleted 1 chat.\n"
    assert refdesk("chats", "delete", "--all", "--yes").stdout == "Deleted 1 chat.\n"


def test_a_damaged_file_of_chats_stops_no_answer(refdesk, filled: Path, home: Path) -> None:
    (home / "conversations.sqlite3").write_bytes(b"not a database " * 100)
    said = refdesk("chat", typed="What is the annual fee?\nWhen do books go back?\n")
    assert said.exit_code == 0
    assert "12 euros" in said.stdout
    assert "Friday" in said.stdout
    assert said.stderr.count("From here on this chat is not kept.") == 1
    assert "is damaged" in said.stderr
    told = refdesk("chats", "list", "--json")
    assert (told.exit_code, told.json()["error"]["kind"]) == (1, "ConversationsUnusable")
