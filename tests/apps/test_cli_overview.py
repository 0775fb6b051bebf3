"""Questions that are not looked up, at the command line."""

from __future__ import annotations

import json
from pathlib import Path


def test_small_talk_has_neither_sources_nor_figures(refdesk, filled: Path) -> None:
    said = refdesk("ask", "Hello!")
    assert said.exit_code == 0
    assert said.stdout.startswith("This is a reference desk")
    assert "Verdict" not in said.stdout
    assert "Tokens" not in said.stdout


def test_the_documents_are_listed(refdesk, filled: Path) -> None:
    said = refdesk("ask", "Which documents do you have?", "--json").json()
    assert (said["kind"], said["coverage"]) == ("inventory", None)
    assert said["answer"].splitlines()[0] == "3 documents, 4 pages:"


def test_a_document_is_summed_up_with_what_there_is_to_read_said_first(refdesk, filled: Path) -> None:
    said = refdesk("ask", "Summarise fees.md")
    first, second = said.stderr.splitlines()
    assert first.startswith("refdesk: About 2 pages to read, in 1 piece of ")
    assert second == "refdesk: Reading fees.md (1 of 1)."
    assert "The annual fee is 12 euros. [1] Books go back on Friday. [2]" in said.stdout
    assert "From 1 of 1 document, 2 pages." in said.stdout
    assert "[2] fees.md, section Returns: “Books go back on Friday.”" in said.stdout


def test_the_json_carries_kind_and_coverage(refdesk, filled: Path) -> None:
    said = refdesk("ask", "summarise all documents", "--type", "markdown", "--json").json()
    assert said["kind"] == "overview"
    assert said["coverage"] == {
        "text": "From 1 of 1 document, 2 pages.",
        "documents": 1,
        "documents_total": 1,
        "pages": 2,
        "pages_total": 2,
        "chosen": "all",
        "left_out": [],
    }
    looked_up = refdesk("ask", "What is the annual fee?", "--json").json()
    assert (looked_up["kind"], looked_up["coverage"]) == ("answer", None)


def test_a_question_can_be_forced_to_be_looked_up(refdesk, filled: Path) -> None:
    assert refdesk("ask", "summarise all documents", "--as-question", "--json").json()["kind"] == "answer"


def test_a_chat_serves_them_all(refdesk, filled: Path) -> None:
    typed = "hello\nSummarise hours.txt\nWhat is the annual fee?\n"
    said = refdesk("chat", "--json", typed=typed)
    kinds = [json.loads(line)["kind"] for line in said.stdout.splitlines()]
    assert kinds == ["small-talk", "overview", "answer"]
    forced = refdesk("chat", "--json", "--as-question", typed="Summarise hours.txt\n")
    assert json.loads(forced.stdout)["kind"] == "answer"
