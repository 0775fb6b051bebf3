"""Each torture in its short form, as `make torture` runs it in its long one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the disk that torture watches is Linux's")


def torture(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "torture", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize(("name", "count"), [("kill", 6), ("power", 6), ("full", 6), ("vectors", 12)])
def test_nothing_is_lost(name: str, count: int) -> None:
    done = torture(name, "--count", str(count), "--jobs", "1", "--pages", "12")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"torture {name}: {count} trials, 0 violations" in done.stdout


def test_an_unknown_torture_is_refused() -> None:
    assert torture("nothing").returncode == 2
