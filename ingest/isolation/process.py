"""One reading process, as its parent sees it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from queue import Empty, Queue
from typing import BinaryIO, cast

from ingest.errors import IngestError
from ingest.isolation.frames import parse_frame, read_frame, write_frame
from ingest.isolation.start import started
from ingest.scratch import scratch_folder

_LOGGER = logging.getLogger(__name__)

_FRAMES_AHEAD = 2
_WATCH_SECONDS = 0.25
_LAST_WORDS_LINES = 20
_LINE_BYTES = 2_000
_DYING_SECONDS = 2.0
_SIGNALS = {int(each): each.name for each in signal.Signals}


class ProcessLost(IngestError):
    """The reading process is gone, and with it what it was reading. Never leaves `ingest.isolation`.

    The message is a half sentence that says why; `out_of_time` whether a deadline was the reason.
    """

    def __init__(self, reason: str, *, out_of_time: bool = False) -> None:
        super().__init__(reason)
        self.out_of_time = out_of_time


class ReadingProcess:
    """A child in its own session, with its own folder for temporary files.

    One thread at a time may talk to it; any may end it.
    """

    def __init__(self, environment: Mapping[str, str], memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._scratch = ExitStack()
        folder = str(self._scratch.enter_context(scratch_folder()))
        self._watch_again = time.monotonic() + _WATCH_SECONDS
        self.files_read = 0
        try:
            self._process = started({**environment, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder)})
        except BaseException:
            self._scratch.close()
            raise
        self._ended = threading.Event()
        self._frames: Queue[bytes | None] = Queue(_FRAMES_AHEAD)
        self._last_words: deque[bytes] = deque(maxlen=_LAST_WORDS_LINES)
        self._threads = (
            threading.Thread(target=self._hear_answers, name="answers", daemon=True),
            threading.Thread(target=self._hear_errors, name="errors", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def resident_bytes(self) -> int:
        """The memory it occupies itself; 0 where it is gone."""
        import psutil

        resident: int = 0
        with suppress(psutil.Error):
            resident = psutil.Process(self.pid).memory_info().rss
        return resident

    def send(self, message: object) -> None:
        try:
            write_frame(cast(BinaryIO, self._process.stdin), message)
        except OSError:
            raise self._dead() from None

    def receive(self, seconds: float, too_late: str) -> object:
        """Its next message. Raises `ProcessLost`, with `too_late` as the reason when it takes longer."""
        deadline = time.monotonic() + seconds
        frame: bytes | None = None
        while True:
            left = deadline - time.monotonic()
            with suppress(Empty):
                frame = self._frames.get(timeout=max(0.0, min(left, _WATCH_SECONDS)))
                break
            if self._ended.is_set():
                raise ProcessLost("its reading process was ended")
            if left <= 0:
                raise ProcessLost(too_late, out_of_time=True)
            self._watch_memory()
        if frame is None:
            raise self._dead()
        self._watch_memory()
        try:
            return parse_frame(frame)
        except ValueError as error:
            raise self.nonsense(error) from error

    def out_of_memory(self) -> ProcessLost:
        return ProcessLost(
            f"it took more than {self._memory_bytes / 1024**3:.2g} GiB of memory (memory_bytes)"
        )

    def nonsense(self, error: ValueError) -> ProcessLost:
        return ProcessLost(f"its reading process answered what cannot be ({error})")

    def last_words(self) -> str:
        """The end of what it wrote to its standard error."""
        return b"".join(self._last_words).decode("utf-8", "replace").strip()

    def end(self) -> None:
        """End it and the programs it started, whatever they are at. May be called again, from any thread."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._kill()
        for thread in self._threads:
            _join(thread, self._frames)
        for thread, pipe in zip(self._threads, (self._process.stdout, self._process.stderr), strict=True):
            if pipe is not None and not thread.is_alive():
                pipe.close()
        if self._process.stdin is not None:
            with suppress(OSError):  # what was not sent will not be
                self._process.stdin.close()
        if words := self.last_words():
            _LOGGER.debug("The last words of reading process %d:\n%s", self.pid, words)
        self._scratch.close()

    def _watch_memory(self) -> None:
        """Raise `ProcessLost` where it takes too much, with what it started. Looks only so often."""
        import psutil

        if time.monotonic() < self._watch_again:
            return
        self._watch_again = time.monotonic() + _WATCH_SECONDS
        total = 0
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            for each in (process, *process.children(recursive=True)):
                with suppress(psutil.Error):
                    total += each.memory_info().rss
        if total > self._memory_bytes:
            raise self.out_of_memory()

    def _hear_answers(self) -> None:
        frame: bytes | None = b""
        while frame is not None:
            try:
                frame = read_frame(cast(BinaryIO, self._process.stdout))
            except (ValueError, OSError):
                frame = b""  # no JSON: it will be found to be nonsense
                self._frames.put(frame)
                return
            self._frames.put(frame)

    def _hear_errors(self) -> None:
        errors = cast(BinaryIO, self._process.stderr)
        while line := errors.readline(_LINE_BYTES):
            self._last_words.append(line)

    def _dead(self) -> ProcessLost:
        """Why it is gone. What it started is still to be ended, so it is not yet waited for."""
        code = _exit_code(self._process)
        if code is None:
            return ProcessLost("its reading process stopped answering")
        if code >= 0:
            return ProcessLost(f"its reading process ended by itself (exit status {code})")
        name = _SIGNALS.get(-code, f"signal {-code}")
        if name == "SIGKILL":
            return ProcessLost(
                "its reading process was killed from outside (SIGKILL), as happens when a machine runs "
                "out of memory"
            )
        return ProcessLost(f"its reading process died ({name})")

    def _kill(self) -> None:
        import psutil

        begun = []
        with suppress(psutil.Error):
            begun = psutil.Process(self.pid).children(recursive=True)
        if sys.platform == "win32":
            self._process.kill()
        else:
            # It leads its group, and keeps that number until it is waited for.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        for each in begun:
            with suppress(psutil.Error):
                each.kill()
        self._process.wait()


def _exit_code(process: subprocess.Popen[bytes]) -> int | None:
    """How it ended, negative for a signal; None where it has not, or where it was already waited for.

    On POSIX it is not waited for here, so its number still stands for its group.
    """
    if sys.platform == "win32":
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_DYING_SECONDS)
        return None
    deadline = time.monotonic() + _DYING_SECONDS
    while time.monotonic() < deadline:
        try:
            result = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return None
        if result is not None:
            return result.si_status if result.si_code == os.CLD_EXITED else -result.si_status
        time.sleep(0.002)
    return None


def _join(thread: threading.Thread, frames: Queue[bytes | None]) -> None:
    """Let the thread come to its pipe's end, which a program that got away may keep from coming."""
    deadline = time.monotonic() + _DYING_SECONDS
    while thread.is_alive() and time.monotonic() < deadline:
        with suppress(Empty):
            frames.get_nowait()
        thread.join(0.01)
