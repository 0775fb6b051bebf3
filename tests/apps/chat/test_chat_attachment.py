"""The file that is attached to a question, as it lies on the disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from apps.chat.chat_attachment import Attachment, AttachmentUnreadable, how_far
from apps.chat.chat_work import Outcome, Stopped, Work
from apps.settings import settings_from
from ingest.progress import Progress


@pytest.fixture(autouse=True)
def place(modelless: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def written(place: Path) -> list[Path]:
    return [path.relative_to(place) for path in place.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "name", ["報" * 110 + ".txt", "../../fees.txt", "C:\\fees.txt", "a\0b.txt", "..", ""]
)
def test_whatever_it_is_called_it_lies_in_its_own_folder_and_goes_whole(place: Path, name: str) -> None:
    attachment = Attachment(name, b"A tow costs 48 euros.", settings_from())
    (file,) = written(place)
    assert len(file.parts) == 2
    assert file.parts[0].startswith("refdesk-attached-")
    attachment.close()
    assert list(place.glob("refdesk-attached-*")) == []


def test_a_full_disk_is_said_in_words(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(AttachmentUnreadable, match="No space left"):
        Attachment("fees.txt", b"A tow costs 48 euros.", settings_from())


def test_the_reading_of_a_large_file_says_how_far_it_is(place: Path) -> None:
    def at(pages: int, left: float | None) -> str:
        return how_far(Progress("embedding", "a.pdf", 0, 1, pages, 1_204, 10, 100, 3.0, left))

    assert at(0, None) == ""
    assert at(1, None) == ": 1 page, 1,204 chunks"
    assert at(40, 125.2) == ": 40 pages, 1,204 chunks; about 2 min 5 s left"
    assert at(40, 0.3) == ": 40 pages, 1,204 chunks; about 10 s left"


def test_a_reading_that_was_stopped_goes_on_with_the_next_question(place: Path) -> None:
    attachment = Attachment("fees.txt", b"A tow costs 48 euros.", settings_from())
    works = [Work("?", never_run, lambda work, outcome: None) for _ in range(2)]
    works[0].stop()
    attachment.read(works[0])
    assert not attachment.is_read
    attachment.read(works[1])
    assert attachment.is_read
    attachment.close()


def never_run(work: Work) -> Outcome:
    return Stopped("")
