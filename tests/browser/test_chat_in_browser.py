"""The chat page in a real browser: ask, follow a citation to its line, refuse, reload, two people, export."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from apps.cli.ui import streamlit_command
from rag import open_collection
from tests.browser.asking import ask, expect_value, go_to, see_answer, send, settled
from tests.browser.conftest import ROOT, wait_for
from tests.small_pdfs import pdf_bytes

pytestmark = pytest.mark.browser

TOW = "What does a tow cost?"
LAUNCH = "What does a winch launch cost?"
NOWHERE = "Zebra quantum chromodynamics?"


@pytest.fixture
def documents(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PDF and a note, in the collection `flying`."""
    from apps.settings import settings_from

    monkeypatch.setenv("REFDESK_EMBEDDER_ENGINE", "hashing")
    monkeypatch.setenv("REFDESK_ENGINE", "extractive")
    monkeypatch.setenv("REFDESK_COLLECTION", "flying")
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "fees.pdf").write_bytes(
        pdf_bytes([(20, 80, "Prices of the club."), (20, 20, "A tow costs 48 euros.")])
    )
    (folder / "launch.md").write_text("# Winch\n\nA winch launch costs 11 euros.\n")
    with open_collection("flying", settings_from()) as held:
        assert not held.ingest([folder]).count("failed")
    return folder


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Answers are held in their middle until this file is there."""
    monkeypatch.setenv("REFDESK_TEST_GATE", str(tmp_path / "gate"))
    return tmp_path / "gate"


@pytest.fixture
def held_app(documents: Path, gate: Path, home: Path) -> Iterator[str]:
    """The app whose answers are held, and its address."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = streamlit_command(port, opens_browser=False)
    command[command.index("run") + 1] = str(Path(__file__).with_name("held_app.py"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, env=environment, cwd=home, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(30)


def test_ask_follow_a_citation_and_ask_what_is_not_there(
    documents: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(served())
    ask(page, TOW)
    see_answer(page, "A tow costs 48 euros.")
    page.locator("button.mark").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("“A tow costs 48 euros.”").wait_for()
    dialog.locator(".picture img").wait_for()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="The original file").click()
    assert Path(download.value.path()).read_bytes() == (documents / "fees.pdf").read_bytes()
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="detached")
    ask(page, NOWHERE)
    page.get_by_text(f"Looked for: {NOWHERE}").wait_for()
    page.get_by_text("The documents do not hold an answer to this question.").wait_for()


def test_a_flowing_document_opens_with_its_line_marked(
    documents: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(served())
    ask(page, LAUNCH)
    page.locator("button.mark").first.click()
    marked = page.get_by_role("dialog").locator(".page mark")
    marked.wait_for()
    assert "A winch launch costs 11 euros." in marked.inner_text()
    page.keyboard.press("Escape")
    marked.wait_for(state="detached")


def test_a_reload_in_the_middle_loses_nothing_and_others_wait_meanwhile(
    held_app: str, gate: Path, visit: Callable[[str], Any]
) -> None:
    ada, ben = visit(held_app), visit(held_app)
    send(ada, TOW)
    ada.get_by_text("Provisional").wait_for()
    send(ben, LAUNCH)
    ben.get_by_text("Waiting: the language model writes 1 other answer first.").wait_for()
    assert ben.get_by_text(TOW).count() == 0
    go_to(ben, "Documents")  # what needs no language model waits for nobody
    ben.get_by_text("2 documents").wait_for()
    ben.get_by_role("tab", name="Search").click()
    ben.get_by_label("Search in these documents").fill("winch launch")
    ben.get_by_role("button", name="Search").click()
    ben.get_by_text("A winch launch costs 11 euros.").wait_for()
    go_to(ben, "Chat")
    ben.get_by_text("Waiting: the language model writes 1 other answer first.").wait_for()
    ada.reload()
    ada.get_by_text(TOW).wait_for()
    ada.get_by_text("Provisional").wait_for()
    gate.touch()
    see_answer(ada, "48 euros")
    see_answer(ben, "11 euros")
    assert ada.get_by_text(LAUNCH).count() == 0


def test_stop_is_over_at_once(held_app: str, gate: Path, visit: Callable[[str], Any]) -> None:
    page = visit(held_app)
    send(page, TOW)
    page.get_by_text("Provisional").wait_for()
    page.get_by_role("button", name="Stop answering").click()
    page.get_by_text("Stopped. What was written so far").wait_for()
    gate.touch()
    ask(page, LAUNCH)
    see_answer(page, "11 euros")


def test_a_half_written_question_is_there_again_until_it_is_sent(
    documents: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(served())
    box = page.get_by_test_id("stChatInputTextArea")
    box.wait_for()
    settled(page)
    box.press_sequentially("What does a tow")
    go_to(page, "Documents")
    page.get_by_role("tab", name="Search").wait_for()
    assert box.count() == 0
    go_to(page, "Chat")
    expect_value(box, "What does a tow")
    box.press_sequentially(" cost?")
    box.press("Enter")
    see_answer(page, "A tow costs 48 euros.")
    expect_value(box, "")
    go_to(page, "Documents")
    page.get_by_role("tab", name="Search").wait_for()
    go_to(page, "Chat")
    see_answer(page, "A tow costs 48 euros.")
    settled(page)
    expect_value(box, "")


def test_a_half_written_wish_is_there_again_after_another_tool_and_another_page(
    documents: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(f"{served()}/tools")
    tools = page.get_by_test_id("stButtonGroup").first
    speak, translate = (page.locator(f".st-key-wish-{tool} textarea") for tool in ("speak", "translate"))
    tools.get_by_role("radio", name="Speak").click()
    speak.fill("Half a sentence that")
    tools.get_by_role("radio", name="Translate").click()
    expect_value(translate, "")
    translate.fill("Another")
    go_to(page, "Documents")
    page.get_by_role("tab", name="Search").wait_for()
    go_to(page, "Tools")
    expect_value(translate, "Another")
    tools.get_by_role("radio", name="Speak").click()
    expect_value(speak, "Half a sentence that")


def test_a_kept_chat_is_exported(
    documents: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(served())
    ask(page, TOW)
    ask(page, NOWHERE)
    page.get_by_text("Show kept chats").click()
    page.get_by_label("Its name").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    chat = json.loads(Path(download.value.path()).read_text())
    assert chat["made_by_a_model"] is True
    answered, refused = chat["turns"]
    assert (answered["question"], answered["engine"]) == (TOW, "extractive")
    (sentence,) = answered["sentences"]
    assert sentence["citations"][0]["quote"] == "A tow costs 48 euros."
    assert (refused["question"], refused["refused"]) == (NOWHERE, True)
    with page.expect_download() as download:
        page.get_by_role("button", name="Markdown", exact=True).click()
    text = Path(download.value.path()).read_text()
    assert f"## 1. {TOW}" in text
    assert "- \\[1\\] fees.pdf, page 1: “A tow costs 48 euros.”" in text
    assert text.count("The answer was made by a model: extractive.") == 2
    assert "Refused: " in text
