"""The options that say which documents are searched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.apps.conftest import Refdesk


@pytest.fixture
def papers(refdesk: Refdesk, folder: Path) -> Path:
    """Three documents, and two more in a folder, from 2021 and in German."""
    old = folder / "old"
    old.mkdir()
    (old / "fees.md").write_text("---\ndate: 2021-05-01\nlanguage: en\n---\nThe annual fee was 9 euros.\n")
    (old / "gebuehr.md").write_text("---\nlanguage: de\n---\nDie Gebühr ist annual fee genannt.\n", "utf-8")
    for file in folder.rglob("*.*"):
        os.utime(file, (1_680_000_000, 1_680_000_000))  # 28 March 2023
    assert refdesk("ingest", folder).exit_code == 0
    return folder


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--document", "fees.md", "--document", "*.txt"], {"fees.md", "hours.txt", "old/fees.md"}),
        (["--folder", "old"], {"old/fees.md", "old/gebuehr.md"}),
        (["--type", "text", "--type", "html"], {"hours.txt", "rules.html"}),
        (["--until", "2021"], {"old/fees.md"}),
        (["--folder", "old", "--since", "2023-03"], {"old/gebuehr.md"}),
        (["--language", "de"], {"old/gebuehr.md"}),
        (["--type", "md", "--folder", "old", "--document", "fees.md", "--language", "EN"], {"old/fees.md"}),
    ],
)
def test_search_and_ask_keep_to_a_filter(
    refdesk: Refdesk, papers: Path, options: list[str], expected: set[str]
) -> None:
    found = refdesk("search", "annual fee", *options, "--json").json()
    assert set(found) == {"schema", "hits"}
    assert {os.path.relpath(hit["document"], papers) for hit in found["hits"]} == expected
    answer = refdesk("ask", "What is the annual fee?", *options, "--json").json()
    assert {os.path.relpath(one["document"], papers) for one in answer["passages"]} <= expected


def test_chat_keeps_to_a_filter(refdesk: Refdesk, papers: Path) -> None:
    typed = "What was the annual fee?\n/document nosuch\nfee?\n/document\nWhat was the annual fee?\n"
    said = refdesk("chat", "--folder", "old", "--until", "2021", typed=typed)
    assert said.exit_code == 0
    assert said.stdout.count("9 euros") >= 2
    assert "12 euros" not in said.stdout
    assert "No document here matches 'nosuch'" in said.stderr
    assert "All documents that the command's other options leave." in said.stdout


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        (["--folder", "old", "--type", "pdf"], "NoSuchDocument", "none of these is of type pdf"),
        (["--since", "yesterday"], "WrongUse", "'yesterday' is no day"),
        (["--type", "papyrus"], "WrongUse", "'papyrus' is no type of document"),
        (["--language", "german"], "WrongUse", "'german' is no code of a language"),
    ],
)
def test_a_filter_that_leaves_nothing_or_means_nothing_is_wrong_use(
    refdesk: Refdesk, papers: Path, options: list[str], kind: str, words: str
) -> None:
    for command in (["search", "fee"], ["ask", "fee"], ["chat"]):
        said = refdesk(*command, *options, "--json")
        assert said.exit_code == 2
        assert (said.json()["error"]["kind"], words in said.stderr) == (kind, True)


def test_an_explained_search_says_what_was_searched(refdesk: Refdesk, papers: Path) -> None:
    options = ("--explain", "--type", "md", "--folder", "old", "--language", "en")
    said = refdesk("search", "annual fee", *options).stdout
    assert " ".join(said.split()).startswith(
        "Searched 1 of 5 documents: 2 lie in the folder 'old', 2 of these are of type md, 1 of these "
        "is known to be in en. 1. fees.md"
    )
    assert refdesk("search", "annual fee", *options, "--json").json()["scope"] == {
        "documents": 5,
        "searched": 1,
        "conditions": [
            {"condition": "folders", "documents": 2},
            {"condition": "types", "documents": 2},
            {"condition": "languages", "documents": 1},
        ],
    }
    assert "Searched" not in refdesk("search", "annual fee", "--explain").stdout
    assert "scope" not in refdesk("search", "annual fee", "--explain", "--json").json()


def test_why_not_asks_about_all_documents(refdesk: Refdesk, papers: Path) -> None:
    said = refdesk("search", "fee", "--why-not", "fees.md", "--type", "md")
    assert (said.exit_code, "Leave out" in said.stderr) == (2, True)


def test_a_folder_is_named_from_where_one_is(
    refdesk: Refdesk, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(papers / "old")
    for name, count in ((".", 2), ("..", 5), ("../old/", 2)):
        said = refdesk("search", "fee", "--folder", name, "--explain", "--json").json()
        assert said["scope"]["searched"] == count


def test_chat_says_so_before_it_loads_a_model(
    refdesk: Refdesk, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.Collection.load", lambda _: pytest.fail("loaded"))
    said = refdesk("chat", "--language", "fr", "--json", typed="fee?\n")
    assert json.loads(said.stdout)["error"]["kind"] == "NoSuchDocument"
