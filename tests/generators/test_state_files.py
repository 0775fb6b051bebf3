"""What was written is read again, or nothing is."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.text.state_files import StateFiles

KEY, OTHER, THIRD = ("a" * 64, "b" * 64, "c" * 64)


def _only(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    StateFiles(tmp_path / "new" / "states").write(KEY, b"content")
    files = StateFiles(tmp_path / "new" / "states")
    assert files.read(KEY) == b"content"
    assert files.read(OTHER) is None


def test_a_second_content_takes_the_firsts_place(tmp_path: Path) -> None:
    files = StateFiles(tmp_path)
    files.write(KEY, b"first")
    files.write(KEY, b"second")
    assert files.read(KEY) == b"second"
    assert _only(tmp_path).is_file()


@pytest.mark.parametrize("place", [0, 31, 32, 40, -1])
def test_a_flipped_bit_is_found_wherever_it_is(tmp_path: Path, place: int) -> None:
    files = StateFiles(tmp_path)
    files.write(KEY, b"content" * 10)
    stored = bytearray(_only(tmp_path).read_bytes())
    stored[place] ^= 1
    _only(tmp_path).write_bytes(stored)
    assert files.read(KEY) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: b"",
        lambda stored: stored[:20],
        lambda stored: stored[:-1],
        lambda stored: stored + b"x",
    ],
    ids=["empty", "cut in its digest", "cut at its end", "longer"],
)
def test_a_file_of_another_length_is_found(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    files = StateFiles(tmp_path)
    files.write(KEY, b"content")
    _only(tmp_path).write_bytes(change(_only(tmp_path).read_bytes()))
    assert files.read(KEY) is None


def test_anothers_file_under_this_name_is_found(tmp_path: Path) -> None:
    files = StateFiles(tmp_path)
    files.write(KEY, b"content")
    path = _only(tmp_path)
    path.rename(path.with_name(path.name.replace(KEY, OTHER)))
    assert files.read(OTHER) is None


def test_what_is_no_file_is_none(tmp_path: Path) -> None:
    (tmp_path / f"{KEY}.state").mkdir()
    files = StateFiles(tmp_path)
    assert files.read(KEY) is None
    files.write(KEY, b"content")  # has no place to go
    assert files.read(KEY) is None
    assert [path.name for path in tmp_path.iterdir()] == [f"{KEY}.state"]


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    files = StateFiles(tmp_path / "taken" / "states")
    files.write(KEY, b"content")
    assert files.read(KEY) is None


def test_what_was_used_longest_ago_gives_way(tmp_path: Path) -> None:
    files = StateFiles(tmp_path, limit_bytes=2 * (32 + 10))
    for age, key in ((300, KEY), (200, OTHER)):
        files.write(key, b"0123456789")
        path = tmp_path / f"{key}.state"
        long_ago = path.stat().st_mtime - age
        os.utime(path, (long_ago, long_ago))
    assert files.read(KEY)  # which is used now
    files.write(THIRD, b"0123456789")
    assert [files.read(key) is not None for key in (KEY, OTHER, THIRD)] == [True, False, True]


def test_what_alone_is_too_large_is_not_kept(tmp_path: Path) -> None:
    StateFiles(tmp_path).write(KEY, b"x" * 100)
    small = StateFiles(tmp_path, limit_bytes=99)
    small.write(OTHER, b"x" * 100)
    assert (small.read(KEY), small.read(OTHER)) == (None, None)


def test_what_a_dead_process_left_unfinished_is_swept_and_a_living_ones_is_not(tmp_path: Path) -> None:
    for name, age in (("dead.unfinished", 7200), ("living.unfinished", 0)):
        path = tmp_path / name
        path.write_bytes(b"half")
        then = path.stat().st_mtime - age
        os.utime(path, (then, then))
    StateFiles(tmp_path).write(KEY, b"content")
    assert {path.name for path in tmp_path.iterdir()} == {"living.unfinished", f"{KEY}.state"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_folder_and_files_are_the_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "states"
    StateFiles(folder).write(KEY, b"content")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(_only(folder).stat().st_mode) == 0o600


@pytest.mark.parametrize("key", ["", "../outside", "A" * 64])
def test_a_key_that_is_none_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        StateFiles(tmp_path).write(key, b"content")
