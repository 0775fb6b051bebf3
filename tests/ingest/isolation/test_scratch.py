"""Folders for temporary files go with their process, or with the next one that makes some."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from ingest.scratch import scratch_folder, sweep

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other locks and signals")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files belong."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def gone() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def left_behind(place: Path, owner: int, changed_at: float | None = None) -> Path:
    folder = place / f"refdesk-{owner}-abcd1234"
    folder.mkdir()
    (folder / "member-000001").write_bytes(b"x")
    if changed_at is not None:
        os.utime(folder, (changed_at, changed_at))
    return folder


def test_it_is_empty_named_for_its_owner_and_goes_with_its_content(place):
    with scratch_folder() as folder:
        assert (folder.parent, list(folder.iterdir())) == (place, [])
        assert folder.name.startswith(f"refdesk-{os.getpid()}-")
        (folder / "inner").mkdir()
        (folder / "inner" / "file").write_bytes(b"x")
    assert list(place.iterdir()) == []


def test_the_first_one_sweeps_away_those_of_processes_that_are_gone(place, gone):
    old = left_behind(place, gone)
    with scratch_folder():
        assert not old.exists()
        later = left_behind(place, gone)
        with scratch_folder():
            assert later.exists(), "each process sweeps once"


def test_those_of_a_process_that_lives_stay(place):
    began = psutil.Process().create_time()
    assert left_behind(place, os.getpid(), began + 1).exists()
    sweep(place)
    assert len(list(place.iterdir())) == 1


def test_a_number_that_was_given_to_a_later_process_protects_nothing(place):
    folder = left_behind(place, os.getpid(), psutil.Process().create_time() - 60)
    sweep(place)
    assert not folder.exists()


@posix
def test_one_that_is_held_stays_even_if_its_owner_cannot_be_seen(place):
    with scratch_folder() as folder:
        long_ago = time.time() - 10**8
        os.utime(folder, (long_ago, long_ago))  # as if its owner's clock, or its numbers, were others
        sweep(place)
        assert folder.exists()


@pytest.mark.parametrize(
    "name", ["refdesk-x-abcd1234", "refdesk-12", "other-{gone}-abcd", "refdesk-{gone}-a.b"]
)
def test_folders_of_other_names_stay(place, gone, name):
    folder = place / name.format(gone=gone)
    folder.mkdir()
    sweep(place)
    assert folder.exists()


def test_files_and_links_of_such_a_name_stay(place, gone):
    target = place / "target"
    target.mkdir()
    (place / f"refdesk-{gone}-file").write_bytes(b"x")
    (place / f"refdesk-{gone}-link").symlink_to(target, target_is_directory=True)
    sweep(place)
    assert len(list(place.iterdir())) == 3


@posix
def test_what_a_killed_process_leaves_is_swept_by_the_next(place):
    program = (
        "import sys; from ingest.scratch import scratch_folder\n"
        "with scratch_folder() as folder: print(folder, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(place)},
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        sweep(place)
        assert folder.is_dir()
        process.kill()
    assert folder.is_dir()
    sweep(place)
    assert not folder.exists()
