"""LibreOffice, played by a script: what it starts ends with the call, and with whoever made the call."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from ingest.loaders import libre_office
from ingest.loaders.content import FileContent
from ingest.loaders.libre_office import converted

ROOT = Path(__file__).resolve().parents[3]
CONTENT = FileContent(Path("old.doc"), b"words", "sha")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a converter of that name; as the real one, it works in a process of its own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return folder


def play(office: Path, script: str) -> None:
    program = office / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def hangs(office: Path) -> str:
    """It begins a process and says its number, then waits for that."""
    return f"sleep 60 & echo $! > {office}/begun; mv {office}/begun {office}/number; wait"


def number(office: Path) -> int:
    deadline = time.monotonic() + 10
    while not (office / "number").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return int((office / "number").read_text())


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def test_what_it_wrote_comes_back_under_the_old_hash(office):
    play(office, 'while [ "$1" != --outdir ]; do shift; done; mkdir "$2"; cp "$3" "$2/document.docx"')
    assert converted(CONTENT, "doc", "docx") == CONTENT
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


@pytest.mark.parametrize("script", ["exit 1", "exit 0"])
def test_nothing_comes_of_one_that_fails_or_writes_nothing(office, script):
    play(office, script)
    assert converted(CONTENT, "doc", "docx") is None


def test_it_gets_no_input_of_ours(office):
    play(office, f'read line; echo "$line" > {office}/read')
    converted(CONTENT, "doc", "docx")
    assert (office / "read").read_text() == "\n"


def test_one_that_takes_too_long_is_ended_with_what_it_started(office, monkeypatch):
    play(office, hangs(office))
    monkeypatch.setattr(libre_office, "_SECONDS", 0.5)
    assert converted(CONTENT, "doc", "docx") is None
    assert is_gone(number(office))


def test_what_it_leaves_running_is_ended(office):
    play(office, f"sleep 60 & echo $! > {office}/number")
    converted(CONTENT, "doc", "docx")
    assert is_gone(number(office))


@pytest.mark.parametrize("victim", ["caller", "reading process"])
def test_it_ends_with_whoever_called_it_however_that_ends(office, victim):
    play(office, hangs(office))
    call = (
        "from pathlib import Path; from ingest.loaders.content import FileContent\n"
        "from ingest.loaders.libre_office import converted\n"
        "converted(FileContent(Path('old.doc'), b'words', 'sha'), 'doc', 'docx')"
    )
    if victim == "reading process":  # in a session of its own, as `ingest.isolation` begins it
        call = (
            "import subprocess, sys\n"
            f"subprocess.run([sys.executable, '-c', {_ending_with_parent(call)!r}], start_new_session=True)"
        )
    environment = {**os.environ, "TMPDIR": tempfile.gettempdir()}
    with subprocess.Popen([sys.executable, "-c", call], cwd=ROOT, env=environment) as caller:
        pid = number(office)
        assert psutil.pid_exists(pid)
        caller.kill()
    assert is_gone(pid)


def _ending_with_parent(call: str) -> str:
    limits = "from ingest.settings import ReadingLimits; limits = ReadingLimits()\n"
    return (
        f"import os; from ingest.isolation.limits import limit_this_process\n{limits}"
        f"limit_this_process(limits.memory_bytes, limits.archive_bytes, os.getppid())\n{call}"
    )
