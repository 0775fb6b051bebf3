"""The file that is attached to a question, as it lies on the disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from apps.chat.chat_attachment import Attachment, AttachmentUnreadable
from apps.settings import settings_from


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
