"""Where a made file is to lie: what is refused, and that asking leaves nothing behind."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from generators.errors import RequestUnusable
from generators.made_places import check_place


def test_a_new_file_may_be_written_also_into_folders_to_come(tmp_path: Path) -> None:
    check_place(tmp_path / "x.png", overwrite=False)
    check_place(tmp_path / "none" / "deeper" / "x.png", overwrite=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays_unless_it_may_be_overwritten(tmp_path: Path) -> None:
    there = tmp_path / "x.png"
    there.write_bytes(b"mine")
    with pytest.raises(RequestUnusable, match="--overwrite"):
        check_place(there, overwrite=False)
    check_place(there, overwrite=True)
    assert there.read_bytes() == b"mine"


def test_a_folder_that_takes_no_file_is_named_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(dir: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(RequestUnusable, match=r"takes no new file \(Read-only file system\)"):
        check_place(tmp_path / "x.png", overwrite=False)
