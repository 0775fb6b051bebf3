"""The chat page as a person meets it, with engines that need no model."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")

ENTRY = str(Path(__file__).resolve().parents[2] / "streamlit_app.py")


def open_page():
    import streamlit
    from streamlit.testing.v1 import AppTest

    streamlit.cache_resource.clear()  # the page's collections outlive a page, as they should
    return AppTest.from_file(ENTRY, default_timeout=60).run()


def test_without_a_collection_the_page_says_how_to_make_one(modelless: Path) -> None:
    page = open_page()
    assert not page.exception
    assert "refdesk ingest" in page.info[0].value


def test_a_question_is_answered_with_its_quote(refdesk, folder: Path) -> None:
    (folder / "tow.md").write_text("# Fees\n\nA tow costs 48 euros.\n")
    assert refdesk("ingest", folder, "-c", "flying").exit_code == 0
    page = open_page()
    page.chat_input[0].set_value("What does a tow cost?").run()
    assert not page.exception
    shown = [text.value for text in page.text]
    assert "What does a tow cost?" in shown
    assert any("tow.md" in text and "“A tow costs 48 euros.”" in text for text in shown)
    assert any("compared with the passages it cites and found" in caption.value for caption in page.caption)


def test_an_answer_stays_when_the_page_is_drawn_again(refdesk, folder: Path) -> None:
    (folder / "tow.md").write_text("# Fees\n\nA tow costs 48 euros.\n")
    refdesk("ingest", folder, "-c", "flying")
    page = open_page()
    page.chat_input[0].set_value("What does a tow cost?").run()
    page.run()
    assert any("“A tow costs 48 euros.”" in text.value for text in page.text)


def test_markup_in_a_document_is_shown_as_text(refdesk, folder: Path) -> None:
    (folder / "evil.txt").write_text("The tow fee is <img src=x onerror=alert(1)> **48** euros.")
    refdesk("ingest", folder, "-c", "flying")
    page = open_page()
    page.chat_input[0].set_value("What is the tow fee?").run()
    assert any("<img src=x" in text.value for text in page.text)
    assert not any("<img" in block.value for block in page.markdown)


def test_a_heading_never_becomes_markdown(refdesk, folder: Path) -> None:
    heading = "<h1>Fees ![x](http://evil.example/p.png)</h1>"
    (folder / "evil.html").write_text(f"<html><body>{heading}<p>A tow costs 48 euros.</p></body></html>")
    refdesk("ingest", folder, "-c", "flying")
    page = open_page()
    page.chat_input[0].set_value("What does a tow cost?").run()
    rendered = [*page.markdown, *page.caption, *page.error, *page.warning, *page.info]
    assert not [block.value for block in rendered if "evil.example" in block.value]
    assert any("evil.example" in text.value for text in page.text)


def test_the_collection_that_was_asked_for_is_chosen(
    refdesk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        refdesk("ingest", folder, "-c", name)
    monkeypatch.setenv("REFDESK_COLLECTION", "second")
    assert open_page().selectbox[0].value == "second"


def test_a_collection_that_does_not_open_is_named(modelless: Path) -> None:
    broken = modelless / "collections" / "broken"
    broken.mkdir(parents=True)
    (broken / "store.sqlite3").write_bytes(b"not a database at all, and long enough to be seen as none" * 20)
    page = open_page()
    assert not page.exception
    assert any(text.value.startswith("broken: ") for text in page.text)
