"""Files whose names are no text: bytes of another encoding than UTF-8, as old disks have them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag import Conversations
from tests.apps.chat import test_documents_page as documents
from tests.apps.chat.pages import asked, button, open_page, texts

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")


@pytest.fixture
def odd(refdesk, folder: Path) -> Path:
    """A collection in which one file's name ends in a Latin-1 é; and one that cannot be read."""
    try:
        (folder / os.fsdecode(b"caf\xe9.txt")).write_text("The coffee costs 2 euros.")
        (folder / os.fsdecode(b"cass\xe9.pdf")).write_bytes(b"%PDF-1.7 and nothing more")
    except OSError:
        pytest.skip("this disk takes no such names")
    refdesk("ingest", folder)
    return folder


def test_such_a_document_is_asked_and_opened(odd: Path) -> None:
    page = asked(open_page(), "What does the coffee cost?")
    assert not page.exception
    button(page, "[1] caf�.txt").click().run()
    assert not page.exception
    assert "“The coffee costs 2 euros.”" in texts(page)
    button(page, "Copy as Markdown").click().run()
    assert not page.exception
    assert Conversations().list("default")


def test_such_a_document_is_chosen_alone(odd: Path) -> None:
    page = open_page()
    field = page.multiselect(key="chat documents default")
    (name,) = [name for name in field.options if "caf" in name]
    field.set_value([name]).run()
    assert not page.exception
    assert any("1 of 4 documents" in caption.value for caption in page.caption)


def test_such_a_document_is_listed_read_and_removed(odd: Path) -> None:
    page = documents.open_page()
    names = documents.table(page, "Document")
    assert "caf�.txt" in names
    page.session_state["documents of default 0"] = {
        "selection": {"rows": [names.index("caf�.txt")], "columns": [], "cells": []}
    }
    documents.whole(page.run())
    assert "The coffee costs 2 euros." in documents.said(page)
    documents.press(page, "Remove")
    page.button(key="remove for good").click().run()
    assert "caf�.txt" not in documents.table(documents.whole(page.run()), "Document")


def test_reading_such_files_is_followed_and_reported(odd: Path) -> None:
    from apps.jobs.jobs import Jobs
    from apps.jobs.types import JobOrder

    Jobs().start(JobOrder("default", (str(odd),)))
    page = documents.settled(documents.open_page())
    assert "cass�.pdf" in documents.said(page)
    for toggle in page.toggle:
        toggle.set_value(True)
    documents.whole(page.run())
    assert "caf�.txt" in documents.table(page, "File")


def test_such_a_document_is_offered_to_the_tools(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.apps import test_chat_tools_page as tools

    page = tools.open_page("speak")
    tools.field(page, "text_input", "Voice").set_value("scripted").run()
    page.session_state["source of speak"] = "A document"
    page.run()
    field = tools.field(page, "selectbox", "Document")
    (name,) = [name for name in field.options if "caf" in name]
    field.set_value(name)
    tools.field(page, "number_input", "Page").set_value(1)
    tools.begin(page)
    assert not page.exception
    assert "caf�.txt" in tools.shown(page)
