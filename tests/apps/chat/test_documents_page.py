"""The documents page in its states, as a person meets them, with engines that need no model."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from apps.errors import JobRefused
from apps.jobs.job_folder import JobFolder, JobState, Launch
from apps.jobs.jobs import Jobs
from apps.jobs.process_mark import ProcessMark
from apps.jobs.types import JobOrder, JobProgress
from apps.settings import settings_from
from rag import list_collections, open_collection
from rag.dropped_files import DroppedFiles

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")

SECONDS = 90


def drawn() -> None:
    from apps.chat import documents_page

    documents_page.show()


def open_page() -> Any:
    import streamlit
    from streamlit.testing.v1 import AppTest

    streamlit.cache_resource.clear()  # the page's collections outlive a page, as they should
    return whole(AppTest.from_function(drawn, default_timeout=60).run())


def whole(page: Any) -> Any:
    assert not page.exception, page.exception
    return page


def said(page: Any) -> str:
    """All that stands on the page as text."""
    kinds = (
        page.title,
        page.subheader,
        page.markdown,
        page.caption,
        page.text,
        page.info,
        page.warning,
        page.error,
    )
    htmls = [each.proto.body for each in page.get("html")]
    return "\n".join([*(block.value for kind in (*kinds, page.success) for block in kind), *htmls])


def press(page: Any, label: str) -> Any:
    (button,) = [each for each in page.button if each.label == label]
    return whole(button.click().run())


def settled(page: Any) -> Any:
    """The page once nothing is being read any more."""
    deadline = time.monotonic() + SECONDS
    while any(job.is_active for job in Jobs().all()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return whole(page.run())


def names() -> list[str]:
    return [info.name for info in list_collections()]


def table(page: Any, heading: str) -> list[Any]:
    """A column of the table that has it."""
    (found,) = [each.value for each in page.dataframe if heading in each.value.columns]
    return list(found[heading])


def test_with_no_collection_one_is_made_by_its_name(modelless: Path) -> None:
    page = open_page()
    assert "No collection yet" in said(page)
    page.text_input[0].set_value("reports")
    press(page, "Make the collection")
    assert names() == ["reports"]
    assert "reports" in [each.value for each in page.subheader]
    assert "This collection is empty" in said(page)


@pytest.mark.parametrize("name", ["../etc", "", "-x"])
def test_what_cannot_be_a_name_is_said(modelless: Path, name: str) -> None:
    page = open_page()
    page.text_input[0].set_value(name)
    press(page, "Make the collection")
    assert "could not be made" in said(page)
    assert names() == []


def test_the_sample_is_one_click(modelless: Path) -> None:
    page = open_page()
    press(page, "Try the sample")
    assert names() == ["sample"]
    settled(page)
    assert "club-rules.docx" in table(page, "Document")
    assert "Done: 4 ingested" in said(page)


def test_documents_are_listed_with_what_they_hold(filled: Path) -> None:
    page = open_page()
    assert table(page, "Document") == ["fees.md", "hours.txt", "rules.html"]
    assert table(page, "Pages") == [2, 1, 1]
    assert "3 documents · 4 pages" in said(page)


def test_a_dropped_file_is_tried_again_and_once_it_is_kept_memory_lets_go_of_it(
    filled: Path, modelless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

    forgotten: list[str] = []
    forget = MemoryUploadedFileManager.remove_file

    def remove_file(self: MemoryUploadedFileManager, session_id: str, file_id: str) -> None:
        forgotten.append(file_id)
        forget(self, session_id, file_id)

    def refuse(*_: object) -> None:
        raise JobRefused("No process could be started for it.")

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", remove_file)
    page = open_page()
    with monkeypatch.context() as broken:
        broken.setattr(Jobs, "start", refuse)
        page.file_uploader[0].set_value([("tow.md", b"A tow costs 48 euros.\n", "text/markdown")]).run()
        assert "could not be taken in" in said(page)
        assert not forgotten
    whole(page.run())
    (copy,) = (DroppedFiles(modelless / "collections" / "default").folder or Path()).glob("*.md")
    assert copy.read_bytes() == b"A tow costs 48 euros.\n"
    assert len(forgotten) == 1
    settled(page)


def test_dropped_files_are_kept_and_read(filled: Path, modelless: Path) -> None:
    page = open_page()
    dropped = DroppedFiles(modelless / "collections" / "default")
    page.file_uploader[0].set_value(
        [("../tow.md", b"# Tow\n\nA tow costs 48 euros.\n", "text/markdown")]
    ).run()
    whole(page)
    assert dropped.count() == 1
    settled(page)
    assert "tow.md" in table(page, "Document")
    page.file_uploader[0].set_value([("tow.md", b"A tow costs 50 euros.\n", "text/markdown")]).run()
    assert any("both are kept" in each.value and "(2" in each.value for each in whole(page).warning)
    settled(page)
    assert {"tow.md", "tow (2).md"} <= set(table(page, "Document"))


def test_a_folder_is_read_by_its_path(filled: Path, tmp_path: Path) -> None:
    place = tmp_path / "more"
    place.mkdir()
    (place / "gliders.md").write_text("Two gliders are for sale.")
    (place / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    page = open_page()
    (path,) = [each for each in page.text_input if each.label == "Path"]
    path.set_value(str(place))
    press(page, "Read it")
    settled(page)
    assert "gliders.md" in table(page, "Document")
    assert "Not read: 1 file" in said(page)
    assert "<dt>broken.pdf</dt>" in said(page)


@pytest.mark.parametrize(
    "path",
    ["", "reports", "https://example.org/x", "/no/such/place", "~nobody-here/x", f"/{'x' * 300}", "/a\0b"],
)
def test_what_is_no_path_starts_nothing(filled: Path, path: str) -> None:
    page = open_page()
    (field,) = [each for each in page.text_input if each.label == "Path"]
    field.set_value(path)
    press(page, "Read it")
    assert page.error
    assert Jobs().all() == ()


def test_a_collection_is_renamed_though_this_page_has_it_open(filled: Path) -> None:
    page = open_page()
    (name,) = [each for each in page.text_input if each.label == "New name"]
    name.set_value("club")
    press(page, "Rename")
    assert names() == ["club"]
    assert table(page, "Document") == ["fees.md", "hours.txt", "rules.html"]


def test_deleting_asks_first(filled: Path) -> None:
    page = open_page()
    press(page, "Delete")
    assert "3 documents" in said(page)
    assert names() == ["default"]
    press(page, "Delete for good")
    assert names() == []
    assert "No collection yet" in said(page)


def test_a_search_shows_what_speaks_for_each_hit(filled: Path) -> None:
    page = open_page()
    (query,) = [each for each in page.text_input if each.label.startswith("Search")]
    query.set_value("What is the annual fee of a boat?")
    press(page, "Search")
    shown = said(page)
    assert "<mark>annual</mark> <mark>fee</mark> is 12 euros" in shown
    assert "by meaning" in shown
    assert '<span class="rd-lacking">boat</span>' in shown


def test_markup_in_documents_and_names_stays_text(filled: Path, tmp_path: Path) -> None:
    evil = tmp_path / "![x](http:evil.example) <img src=x onerror=alert(1)>.md"
    evil.write_text("The evil fee is <script>alert(1)</script> ![x](http://evil.example/p.png) 48 euros.")
    with open_collection("default", settings_from()) as collection:
        collection.ingest([evil])
    page = open_page()
    (query,) = [each for each in page.text_input if each.label.startswith("Search")]
    query.set_value("evil fee script")
    press(page, "Search")
    shown = said(page)
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "<img" not in shown
    assert "<script" not in shown
    rendered = [*page.markdown, *page.caption, *page.error, *page.warning, *page.info, *page.success]
    assert not [block.value for block in rendered if "](http" in block.value]


def kept_job(modelless: Path, mark: ProcessMark, state: JobState | None) -> None:
    folder = JobFolder(modelless / "jobs" / "20240101T000000-abcdef")
    folder.folder.mkdir(parents=True)
    folder.write_launch(Launch(JobOrder("default", ("/x",)), "2024-01-01T00:00:00+00:00"))
    folder.write_mark(mark)
    if state is not None:
        folder.write_state(state)


def test_a_process_that_died_is_said_and_can_be_gone_on_with(filled: Path, modelless: Path) -> None:
    kept_job(modelless, ProcessMark(2**22 + 5, "gone:1"), JobState("reading", JobProgress(), {}))
    page = open_page()
    assert "Reading ended before it was done" in said(page)
    assert "killed" in said(page)
    assert [each for each in page.button if each.label == "Go on"]
    press(page, "Dismiss")
    assert "Reading ended" not in said(page)


def test_what_is_being_read_is_shown_and_stopped(filled: Path, modelless: Path) -> None:
    import os

    from apps.jobs.process_mark import mark_of

    own = mark_of(os.getpid())
    assert own is not None
    progress = JobProgress(
        "embedding", "/x/report [1](http://e.example).pdf", 1, 4, 30, 90, 50, 100, 10.0, 12.0
    )
    kept_job(modelless, own, JobState("reading", progress, {}))
    page = open_page()
    assert "1 of 4 files · 30 pages (3.0/s) · about 12 s left" in said(page)
    press(page, "Stop")
    assert [each.label for each in page.button if each.label.startswith("Stop")] == ["Stop at once"]
    page.button(key="delete collection").click().run()
    press(page, "Delete for good")
    assert "Stop that first" in said(page)


def test_a_collection_that_does_not_open_can_be_deleted(modelless: Path) -> None:
    broken = modelless / "collections" / "broken"
    broken.mkdir(parents=True)
    (broken / "store.sqlite3").write_bytes(b"not a database at all, and long enough to be seen as none" * 20)
    page = open_page()
    assert "does not open" in said(page)
    press(page, "Delete it")
    press(page, "Delete for good")
    assert names() == []


def choose(page: Any, rows: list[int]) -> Any:
    """As a click at the left edge of the table tells it."""
    (number, *_) = page.session_state["listed of default"]
    told = {"selection": {"rows": rows, "columns": [], "cells": []}}
    page.session_state[f"documents of default {number}"] = told
    return whole(page.run())


def remove(page: Any, name: str) -> Any:
    """Choose a document by its name and remove it."""
    row = table(page, "Document").index(name)
    choose(page, [row])
    press(page, "Remove")
    return whole(page.button(key="remove for good").click().run().run())


def test_removed_documents_are_gone_with_their_copies(filled: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("inner/first.txt", "The first fee is 1 euro.")
        content.writestr("second.txt", "The second fee is 2 euros.")
    archive.seek(0)
    with open_collection("default", settings_from()) as collection:
        dropped = DroppedFiles(collection.folder)
        note = dropped.keep("note.txt", io.BytesIO(b"The third fee is 3 euros.")).path
        bundle = dropped.keep("bundle.zip", archive).path
        collection.ingest([note, bundle])
    page = remove(open_page(), "note.txt")
    assert not note.exists()
    remove(page, "bundle.zip › inner/first.txt")
    assert bundle.exists()
    remove(page, "bundle.zip › second.txt")
    assert not bundle.exists()
    assert (filled / "fees.md").exists()
    remove(page, "fees.md")
    assert (filled / "fees.md").exists()
    assert table(page, "Document") == ["hours.txt", "rules.html"]


def test_the_list_is_read_anew_when_the_collection_has_changed(filled: Path, modelless: Path) -> None:
    from apps.chat.documents_listing import totals
    from apps.chat.known_documents import documents_of

    with open_collection("default", settings_from()) as collection:
        assert len(documents_of(collection)) == 3
        collection.remove_paths([str(filled / "fees.md")])
        assert [Path(each.path).name for each in documents_of(collection)] == ["hours.txt", "rules.html"]
        assert totals(documents_of(collection)).startswith("2 documents · 2 pages")


def test_what_is_chosen_stays_chosen_when_documents_come_in_before_it(filled: Path) -> None:
    """Streamlit tells rows: the second one is another document by now."""
    page = choose(open_page(), [1])
    assert "**hours.txt**" in said(page).replace("\\", "")
    (filled / "earlier.txt").write_text("The earlier note.")
    with open_collection("default", settings_from()) as collection:
        collection.ingest([filled])
    press(whole(page.run()), "Remove")
    assert table(page, "Document") == ["earlier.txt", "fees.md", "hours.txt", "rules.html"]
    page.button(key="remove for good").click().run()
    assert table(whole(page.run()), "Document") == ["earlier.txt", "fees.md", "rules.html"]
    assert not [each for each in page.button if each.label == "Remove"]


def test_a_document_that_goes_while_the_page_is_drawn_stops_nothing(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.chat.documents_listing.names_of", lambda collection: {})
    assert len(table(open_page(), "Document")) == 3


def test_a_report_that_somebody_dismisses_while_the_page_is_drawn_stops_nothing(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Jobs, "outcomes", gone)
    page = open_page()
    next(each for each in page.text_input if each.label == "Path").set_value(str(filled))
    press(page, "Read it")
    settled(page)
    assert not page.exception
    assert [tab.label for tab in page.tabs] == ["Documents", "Search", "Add"]  # what stands below the report


def gone(*_: object, **__: object) -> None:
    raise JobRefused("There is no such job: it was forgotten, or never was.")
