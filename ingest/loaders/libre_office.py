"""LibreOffice as a converter, where it is installed: without a window, with a profile of its own."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from ingest.loaders.content import FileContent

_SECONDS = 90.0
_PROGRAMS = ("soffice", "libreoffice")


def converted(content: FileContent, suffix: str, wanted: str) -> FileContent | None:
    """The file in another format, known by the hash of the old one; None where that could not be had."""
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        return None
    with tempfile.TemporaryDirectory(prefix="refdesk-office-") as folder:
        source = Path(folder, f"document.{suffix}")
        source.write_bytes(content.data)
        command = [
            program,
            "--headless",
            "--norestore",
            "--safe-mode",
            f"-env:UserInstallation={Path(folder, 'profile').as_uri()}",
            "--convert-to",
            wanted,
            "--outdir",
            str(Path(folder, "converted")),
            str(source),
        ]
        if not _ran(command):
            return None
        result = Path(folder, "converted", f"document.{wanted}")
        return FileContent(content.path, result.read_bytes(), content.sha256) if result.is_file() else None


def _ran(command: list[str]) -> bool:
    """Whether it ended by itself in time. It starts a process of its own, so the whole group is ended."""
    import os

    with subprocess.Popen(  # noqa: S603 - the program found on the path, its arguments all ours
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return False
    return process.returncode == 0
