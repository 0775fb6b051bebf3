"""What only a process of its own can show: streams, exit codes, signals, and what is imported."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "apps.cli.main"]
SECONDS = 60


def test_help_imports_nothing_that_takes_a_while() -> None:
    program = (
        "import sys; from apps.cli.main import main; sys.argv = ['refdesk', '--help']\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "slow = {'rag', 'ingest', 'generators', 'machine', 'rich', 'numpy', 'pydantic', 'streamlit'}\n"
        "sys.stderr.write(' '.join(sorted(slow & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=SECONDS, check=True
    )
    assert "Exit codes:" in done.stdout
    assert done.stderr == ""


def test_with_json_only_json_is_on_standard_output(modelless: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "search", "x", "--json"], capture_output=True, cwd=ROOT, timeout=SECONDS, check=False
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["kind"] == "CollectionNotFound"
    assert done.stderr.startswith(b"refdesk: There is no collection 'default'")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells a closed pipe in another way")
def test_a_reader_that_goes_away_ends_it_quietly(filled: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "documents"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(SECONDS) == 141


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_ends_a_waiting_chat_with_130(filled: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "chat", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write("What is the annual fee?\n")
        process.stdin.flush()
        assert "12 euros" in json.loads(process.stdout.readline())["answer"]
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 130
        assert process.stderr.read() == "refdesk: Stopped with Ctrl-C.\n"


def test_the_written_help_is_up_to_date() -> None:
    checked = subprocess.run(
        [sys.executable, "scripts/write_cli_docs.py", "--check"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"COLUMNS": "40", "PATH": ""},
        timeout=SECONDS,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
