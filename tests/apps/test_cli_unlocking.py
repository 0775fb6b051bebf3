"""Locked files: passwords given beforehand, and asked for at a terminal."""

from __future__ import annotations

import io
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
import pyzipper
import typer

from apps.cli.interruption import Interruption
from apps.cli.unlocking import Unlocking
from ingest.report import FileOutcome, IngestReport

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30.0
WRONG = "That is not the password of "


def locked_zip(password: str, locked: Mapping[str, str], plain: Mapping[str, str] = {}) -> bytes:
    data = io.BytesIO()
    with pyzipper.AESZipFile(data, "w") as archive:
        for name, text in plain.items():
            archive.writestr(name, text)
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for name, text in locked.items():
            archive.writestr(name, text)
    return data.getvalue()


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """An archive of one open file and three under the password "sword fish"."""
    path = tmp_path / "box.zip"
    locked = {f"{name}.txt": f"The fee of {name} is 12 euros." for name in ("a", "b", "c")}
    path.write_bytes(locked_zip("sword fish", locked, {"open.txt": "The library opens at nine."}))
    return path


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.cli.unlocking.can_ask", lambda: True)


class TestTheVariable:
    def test_it_holds_one_password_with_its_spaces(self, refdesk, box, monkeypatch):
        monkeypatch.setenv("REFDESK_PASSWORD", "sword fish")
        said = refdesk("ingest", box, "--json").json()
        assert (said["totals"]["ingested"], said["totals"]["failed"]) == (1 + 3, 0)

    def test_it_is_tried_besides_those_of_the_command_line(self, refdesk, box, monkeypatch):
        monkeypatch.setenv("REFDESK_PASSWORD", "sword fish")
        assert refdesk("ingest", box, "--password", "other", "--json").json()["totals"]["ingested"] == 4

    def test_an_empty_one_is_none(self, refdesk, box, monkeypatch):
        monkeypatch.setenv("REFDESK_PASSWORD", "")
        said = refdesk("ingest", box, "--json").json()
        assert {file["wants_password"] for file in said["files"] if file["outcome"] == "failed"} == {True}


@pytest.mark.usefixtures("at_a_terminal")
class TestAsking:
    def test_one_password_opens_all_it_fits_and_is_asked_for_once(self, refdesk, box, tmp_path):
        (tmp_path / "other.zip").write_bytes(locked_zip("sword fish", {"d.txt": "Ada pays 13 euros."}))
        said = refdesk("ingest", box, tmp_path / "other.zip", typed="sword fish\n")
        assert said.exit_code == 0
        assert said.stderr.count("Password for") == 1
        assert "5 files: 5 ingested." in said.stdout
        assert "Made searchable: 5 pages in 5 chunks" in said.stdout

    def test_with_json_nobody_is_asked(self, refdesk, box):
        assert "Password" not in refdesk("ingest", box, "--json", typed="sword fish\n").stderr


class Drawer:
    """Files under passwords, and the answers that somebody gives at the terminal."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self._passwords = {str(folder / name): password for name, password in files.items()}
        for path in self._passwords:
            Path(path).write_bytes(b"locked")
        self.asked: list[str] = []
        self.tried: list[tuple[str, ...]] = []
        self.answers: list[str] = []

    def prompt(self, text: str, **options: object) -> str:
        self.asked.append(Path(text.removeprefix("Password for ").partition(" (")[0]).name)
        if not self.answers:
            raise typer.Abort
        return self.answers.pop(0)

    def read(self, paths: list[str], passwords: list[str]) -> IngestReport:
        self.tried.append(tuple(passwords))
        return IngestReport(tuple(self._outcome(path, passwords) for path in paths), 1.0)

    def _outcome(self, path: str, passwords: list[str]) -> FileOutcome:
        if self._passwords[path] in passwords:
            return FileOutcome(path, "ingested", pages=1, chunks=1)
        return FileOutcome(path, "failed", "It is locked.", wants_password=True)

    def unlocked(self, *answers: str, given: tuple[str, ...] = ()) -> IngestReport:
        self.answers = list(answers)
        report = self.read(list(self._passwords), list(given))
        with Interruption() as interruption:
            unlocking = Unlocking(report, self.read, given, interruption)
            assert unlocking.run()
        return unlocking.report


@pytest.fixture
def drawer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Drawer]:
    def fill(**files: str) -> Drawer:
        drawer = Drawer(tmp_path, files)
        monkeypatch.setattr("typer.prompt", drawer.prompt)
        return drawer

    return fill


@pytest.mark.usefixtures("at_a_terminal")
class TestPasswords:
    def test_each_is_tried_on_all_that_the_others_left(self, drawer):
        files = drawer(a="tuna", b="cod", c="tuna", d="cod")
        assert files.unlocked("tuna", "cod").count("ingested") == 4
        assert files.asked == ["a", "b"]

    def test_those_that_opened_something_and_those_given_are_tried_again(self, drawer):
        files = drawer(a="tuna", b="cod")
        files.unlocked("tuna", "wrong", "cod", given=("given",))
        assert files.tried == [
            ("given",), ("tuna", "given"), ("wrong", "tuna", "given"), ("cod", "tuna", "given"),
        ]  # fmt: skip

    def test_a_wrong_one_is_said_and_asked_for_again(self, drawer, capsys):
        files = drawer(a="tuna")
        assert files.unlocked("wrong", "tuna").exit_status == 0
        assert files.asked == ["a", "a"]
        assert capsys.readouterr().err.count(WRONG) == 1

    def test_one_that_opens_only_another_file_is_asked_for_again(self, drawer):
        files = drawer(a="tuna", b="cod")
        assert files.unlocked("cod", "tuna").count("ingested") == 2
        assert files.asked == ["a", "a"]

    def test_after_three_wrong_ones_the_next_file_is_asked_for(self, drawer, capsys):
        files = drawer(a="tuna", b="cod")
        report = files.unlocked("1", "2", "3", "cod")
        assert files.asked == ["a", "a", "a", "b"]
        assert [file.outcome for file in report.files] == ["failed", "ingested"]
        assert "It stays locked." in capsys.readouterr().err

    def test_enter_leaves_a_file_out(self, drawer):
        files = drawer(a="tuna", b="cod", c="tuna")
        report = files.unlocked("", "cod", "")
        assert files.asked == ["a", "b", "c"]
        assert [file.outcome for file in report.files] == ["failed", "ingested", "failed"]

    def test_the_end_of_input_ends_the_asking(self, drawer, capsys):
        files = drawer(a="tuna", b="cod")
        assert files.unlocked().count("failed") == 2
        assert files.asked == ["a"]
        assert "Still locked: 2 files." in capsys.readouterr().err

    def test_a_file_that_is_gone_meanwhile_is_not_asked_for(self, drawer, tmp_path):
        files = drawer(a="tuna", b="cod")
        (tmp_path / "a").unlink()
        files.unlocked("")
        assert files.asked == ["b"]


@pytest.mark.usefixtures("at_a_terminal")
class TestCtrlC:
    def test_while_a_password_is_tried_asks_for_no_more(self, drawer):
        files = drawer(a="tuna", b="cod")

        def interrupted(paths: list[str], passwords: list[str]) -> IngestReport:
            signal.raise_signal(signal.SIGINT)
            return IngestReport((), 0.0, interrupted=True, left=tuple(paths))

        report = files.read(list(files._passwords), [])
        files.answers = ["tuna"]
        with Interruption() as interruption:
            unlocking = Unlocking(report, interrupted, [], interruption)
            assert unlocking.run()
        assert (files.asked, unlocking.report.interrupted) == (["a"], True)

    def test_just_before_the_prompt_is_not_lost(self):
        with Interruption() as interruption:
            signal.raise_signal(signal.SIGINT)
            with pytest.raises(KeyboardInterrupt), interruption.at_once():
                pytest.fail("it waited for an answer")

    def test_after_the_prompt_is_patient_again(self):
        with Interruption() as interruption:
            with interruption.at_once():
                pass
            signal.raise_signal(signal.SIGINT)
            assert interruption()


class Terminal:
    """A command at a terminal of its own: what it shows is read, what is typed is sent."""

    def __init__(self, *arguments: str) -> None:

        self._ours, theirs = os.openpty()
        # The terminal must be the process's own: that is where passwords are asked for, and Ctrl-C is heard.
        take = "import fcntl, os, runpy, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        program = f"{take}sys.argv[0] = 'refdesk'; runpy.run_module('apps.cli.main', run_name='__main__')"
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=ROOT,
            start_new_session=True,
            env={**os.environ, "TERM": "dumb"},
        )
        os.close(theirs)
        self.shown = ""

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def wait_for(self, words: str, times: int = 1) -> None:
        deadline = time.monotonic() + SECONDS
        while self.shown.count(words) < times:
            assert time.monotonic() < deadline, self.shown
            assert self._read(), self.shown

    def wait_for_end(self) -> int:
        while self._read():
            pass
        return self._process.wait(SECONDS)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(SECONDS)
        os.close(self._ours)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], SECONDS)[0]:
            return False
        try:
            piece = os.read(self._ours, 65_536)
        except OSError:  # how Linux says that the other side is closed
            return False
        self.shown += piece.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(piece)


@pytest.fixture
def terminal(modelless: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_terminal(*arguments: str | Path) -> Terminal:
        opened.append(Terminal(*map(str, arguments)))
        return opened[-1]

    yield open_terminal
    for each in opened:
        with closing(each):
            pass


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other terminals")
class TestARealTerminal:
    def test_the_password_is_asked_for_unseen(self, terminal, box):
        at = terminal("ingest", box)
        at.wait_for("(Enter leaves it out): ")
        at.type("wrong\n")
        at.wait_for("(Enter leaves it out): ", times=2)
        at.type("sword fish\n")
        assert at.wait_for_end() == 0
        assert WRONG in at.shown
        assert "4 files: 4 ingested." in at.shown
        assert "sword fish" not in at.shown

    def test_ctrl_c_at_the_prompt_ends_the_asking_with_the_report(self, terminal, box):
        at = terminal("ingest", box)
        at.wait_for("(Enter leaves it out): ")
        at.type("\x03")
        assert at.wait_for_end() == 130
        assert at.shown.count("Password for") == 1
        assert "Stopping" not in at.shown
        assert "4 files: 1 ingested, 3 failed." in at.shown
