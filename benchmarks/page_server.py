"""The page's server as a benchmark starts it: as `refdesk ui` does, with its work written down."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from apps.cli.ui import streamlit_command
from benchmarks.timed_app import RUNS_VARIABLE

_ROOT = Path(__file__).resolve().parents[1]
_SECONDS_TO_LISTEN = 120.0


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """One run of the page's script: when it ended (seconds since 1970), how long it took, and its thread's
    processor time."""

    at: float
    seconds: float
    cpu_seconds: float


class PageServer:
    """A server of its own over the data home that `REFDESK_HOME` names. Use it with `with`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._runs, self._log = folder / "runs.jsonl", folder / "server.log"
        self._runs.touch()
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self._port: int = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        command = streamlit_command(self._port, opens_browser=False)
        command[command.index("run") + 1] = str(Path(__file__).with_name("timed_app.py"))
        environment = {**os.environ, "PYTHONPATH": str(_ROOT), RUNS_VARIABLE: str(self._runs)}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, env=environment, cwd=self._log.parent, stdout=log, stderr=log
            )
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)

    def resident_bytes(self) -> int:
        """What the server's process has in memory; processes that it started are not counted."""
        if self._process is None:
            raise RuntimeError("The server was not started.")
        return int(psutil.Process(self._process.pid).memory_info().rss)

    def runs(self) -> list[ScriptRun]:
        """Every run of the page's script so far."""
        lines = self._runs.read_text(encoding="utf-8").splitlines()
        return [ScriptRun(**json.loads(line)) for line in lines]

    def tracebacks(self) -> int:
        """How many errors nobody foresaw it has written."""
        return self._log.read_text(encoding="utf-8", errors="replace").count("Traceback (most recent")

    def _wait(self) -> None:
        end = time.monotonic() + _SECONDS_TO_LISTEN
        while time.monotonic() < end:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError(
            f"The page did not begin to listen: {self._log.read_text(errors='replace')[-2000:]}"
        )
