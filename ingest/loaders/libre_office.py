"""LibreOffice as a converter, where it is installed: without a window, with a profile of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress

from ingest.loaders.content import FileContent
from ingest.scratch import scratch_folder

_SECONDS = 90.0
_PROGRAMS = ("soffice", "libreoffice")

#: LibreOffice starts processes of its own, which a signal for its parent's end would not reach. So it runs
#: in a group with a watchman, who ends them all once the pipe to this process has no writer any more.
_GUARDED = 'exec 3<&0 </dev/null; { read -r line <&3; kill -KILL 0; } & "$@" 3<&-'


def converted(content: FileContent, suffix: str, wanted: str) -> FileContent | None:
    """The file in another format, known by the hash of the old one; None where that could not be had."""
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        return None
    with scratch_folder() as folder:
        source = folder / f"document.{suffix}"
        source.write_bytes(content.data)
        command = [
            program,
            "--headless",
            "--norestore",
            "--safe-mode",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to",
            wanted,
            "--outdir",
            str(folder / "converted"),
            str(source),
        ]
        if not _ran(command):
            return None
        result = folder / "converted" / f"document.{wanted}"
        return FileContent(content.path, result.read_bytes(), content.sha256) if result.is_file() else None


def _ran(command: list[str]) -> bool:
    """Whether it ended well in time. Nothing that it started outlives this call, or this process."""
    guarded = command if sys.platform == "win32" else ["/bin/sh", "-c", _GUARDED, "sh", *command]
    with subprocess.Popen(  # noqa: S603 - the program found on the path, its arguments all ours
        guarded,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(_SECONDS)
        except BaseException as error:
            _end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                return False
            raise
    return process.returncode == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
