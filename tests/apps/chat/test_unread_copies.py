"""Dropped files that could not be read: why is said, they can be tried again, and nothing of them stays."""

from __future__ import annotations

import io
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from apps.chat.documents_copies import begin_reading
from apps.jobs.jobs import Jobs
from apps.jobs.types import JobOrder
from rag import open_collection
from rag.dropped_files import DroppedFiles
from tests.apps.chat.test_documents_page import open_page, press, said, settled, table, whole

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")

BROKEN = ("broken.pdf", b"%PDF-1.4 and nothing more", "application/pdf")
GOOD = ("tow.md", b"A tow costs 48 euros.\n", "text/markdown")


@pytest.fixture
def dropped(filled: Path, modelless: Path) -> DroppedFiles:
    return DroppedFiles(modelless / "collections" / "default")


def names(dropped: DroppedFiles) -> list[str]:
    return [file.name for file in dropped.files()]


def drop(*files: tuple[str, bytes, str]) -> Any:
    page = open_page()
    page.file_uploader[0].set_value(list(files)).run()
    return settled(whole(page))


def test_a_failed_file_is_named_with_the_reason_and_its_copy_goes_with_the_report(
    dropped: DroppedFiles,
) -> None:
    page = drop(BROKEN, GOOD)
    assert "Not read: 1 file" in said(page)
    assert "broken.pdf" in said(page)
    assert "Not read of what was dropped: 1 file." in said(page)
    assert names(dropped) == ["broken.pdf", "tow.md"]
    press(page, "Dismiss")
    assert names(dropped) == ["tow.md"]
    assert "tow.md" in table(whole(page.run()), "Document")
    assert "Not read" not in said(page)


def test_a_failed_file_is_tried_again_in_the_same_report(dropped: DroppedFiles) -> None:
    page = drop(BROKEN)
    (copy,) = dropped.files()
    copy.write_text("A tow costs 48 euros.")  # what kept it from being read is gone
    settled(press(page, "Try again"))
    assert len(Jobs().of_collection("default")) == 1
    assert "Not read" not in said(page)
    press(page, "Dismiss")
    assert names(dropped) == ["broken.pdf"]  # it is a document now, and can be opened


def test_what_another_report_tells_of_is_kept_for_that(dropped: DroppedFiles) -> None:
    page = drop(BROKEN)
    first = Jobs().of_collection("default")[0].id
    page.file_uploader[0].set_value([BROKEN, GOOD]).run()
    settled(page)
    press(page, "Dismiss")
    assert names(dropped) == ["broken.pdf", "tow.md"]
    assert [job.id for job in Jobs().of_collection("default")] == [first]
    press(page, "Dismiss")
    assert names(dropped) == ["tow.md"]


def test_files_on_the_disk_stay_when_a_report_is_dismissed(filled: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.pdf"
    own.write_bytes(BROKEN[1])
    page = open_page()
    next(each for each in page.text_input if each.label == "Path").set_value(str(own))
    settled(press(page, "Read it"))
    assert "Not read: 1 file" in said(page)
    assert "of what was dropped" not in said(page)
    press(page, "Dismiss")
    assert own.exists()


def test_copies_go_with_a_report_that_leaves_for_newer_ones(
    dropped: DroppedFiles, modelless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.settings import settings_from

    with open_collection("default", settings_from()) as collection:
        broken = dropped.keep("broken.pdf", io.BytesIO(BROKEN[1])).path
        other = dropped.keep("other.pdf", io.BytesIO(b"%PDF-1.4 other")).path
        monkeypatch.setattr(Jobs, "_launch", lambda jobs, folder, order, passwords: ended(folder, order))
        numbers = count()
        monkeypatch.setattr("apps.jobs.jobs.secrets.token_hex", lambda _: f"{next(numbers):06x}")
        begin_reading(collection, JobOrder("default", (str(broken),)))
        for number in range(9):
            begin_reading(collection, JobOrder("default", (str(other), f"/nowhere/{number}")))
        assert names(dropped) == ["broken.pdf", "other.pdf"]
        begin_reading(collection, JobOrder("default", ("/nowhere",)))
        assert names(dropped) == ["other.pdf"]


def ended(folder: Any, order: JobOrder) -> None:
    """As a job that found nothing to read leaves its folder."""
    from apps.jobs.job_folder import JobState, Launch
    from apps.jobs.types import JobProgress

    folder.write_launch(Launch(order, "2024-01-01T00:00:00+00:00"))
    folder.write_state(JobState("finished", JobProgress(), {"failed": 1}))
