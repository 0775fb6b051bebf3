"""Readers that do in the child what their file says: each line of it is a page, or a misdeed.

Imported by reading processes, by name.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ingest import errors
from ingest.file_reader import InProcessReader
from ingest.loaders.content import FileOnDisk
from ingest.loaders.protocol import (
    DEFAULT_OPTIONS,
    Closed,
    LoadOptions,
    MemberFound,
    Opened,
    PageRead,
    ReadEvent,
)
from ingest.loaders.text import TextLoader
from ingest.settings import ReadingLimits
from ingest.types import Document, LineBox, Page

MEBIBYTE = 1024 * 1024


def text_reader(limits: ReadingLimits) -> InProcessReader:
    return InProcessReader([TextLoader()])


def scripted_reader(limits: ReadingLimits) -> ScriptedReader:
    return ScriptedReader()


def no_reader(limits: ReadingLimits) -> ScriptedReader:
    raise ImportError("a library is missing")


class ScriptedReader:
    def __init__(self) -> None:
        self._files = 0
        self._kept: list[bytearray] = []

    def close(self) -> None: ...

    def read(
        self, file: FileOnDisk, options: LoadOptions = DEFAULT_OPTIONS, *, first_page: int = 1
    ) -> Iterator[ReadEvent]:
        self._files += 1
        lines = file.file.read_text(encoding="utf-8").splitlines()
        opening = [line.removeprefix("opening: ") for line in lines if line.startswith("opening: ")]
        pages = [line for line in lines if not line.startswith("opening: ")]
        for line in opening:
            yield from self._do(line, file, options, 0)
        if "uncounted" not in opening and "archive" not in opening:
            yield Opened(Document(file.sha256, "text/plain", file.name, ()), len(pages))
        for number, line in enumerate(pages, start=1):
            if number >= first_page:
                yield from self._do(line, file, options, number)
        yield Closed((f"file {self._files} of this process {os.getpid()}",))

    def _do(self, line: str, file: FileOnDisk, options: LoadOptions, number: int) -> Iterator[ReadEvent]:
        action, _, rest = line.partition(" ")
        text = line
        match action:
            case "hang":
                time.sleep(60)
            case "hang-holding-the-interpreter":
                ctypes.PyDLL(None).sleep(60)
            case "spawn":
                child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
                Path(rest).write_text(str(child.pid), encoding="utf-8")
            case "die":
                os.kill(os.getpid(), signal.Signals[rest])
            case "die-in-second-file":
                if self._files > 1:
                    os.kill(os.getpid(), signal.SIGSEGV)
            case "exit":
                os._exit(int(rest))
            case "allocate":
                text = f"got {len(bytearray(int(rest) * MEBIBYTE)) // MEBIBYTE} MiB"
            case "keep":
                self._kept.append(bytearray(b"x") * (int(rest) * MEBIBYTE))
            case "share":
                # Memory of a kind that the limit on data does not count.
                shared = mmap.mmap(-1, int(rest) * MEBIBYTE)
                shared.write(b"x" * len(shared))
                time.sleep(60)
            case "print":
                print(rest)  # noqa: T201 - what a careless library does
                os.write(1, rest.encode())
            case "complain":
                for _ in range(int(rest)):
                    sys.stderr.write("all is lost " * 100 + "\n")
            case "connect":
                text = _connected(int(rest))
            case "connect-by-another-program":
                program = f"import socket; socket.create_connection(('127.0.0.1', {rest}), 5)"
                done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
                text = f"exit status {done.returncode}"
            case "environment":
                text = " ".join(sorted(os.environ))
            case "limits":
                text = _limits()
            case "raise":
                kind, _, words = rest.partition(" ")
                raise (getattr(errors, kind, None) or type(kind, (Exception,), {}))(words)
            case "raise-subclass":
                raise type("Odd", (errors.EncryptedFile,), {})(rest)
            case "raise-memory-in-other-words":
                try:
                    raise MemoryError
                except MemoryError as error:
                    raise errors.DamagedFile("the parser failed") from error
            case "stop":
                return
            case "member":
                assert options.scratch is not None
                place = options.scratch / rest
                place.write_text("inside", encoding="utf-8")
                yield MemberFound(rest, place)
                return
            case "stray-member":
                yield MemberFound("stray", Path(rest))
                return
            case "uncounted" | "archive":
                if action == "uncounted":
                    yield Opened(Document(file.sha256, "text/plain", file.name, ()))
                return
            case "surrogate":
                text = "a\ud800b\fc\rd\0e"
            case "wrong-number":
                number = int(rest)
            case "large":
                text = "x" * (int(rest) * MEBIBYTE)
            case "count-into":
                with Path(rest).open("a", encoding="utf-8") as counted:
                    counted.write("x")
        if number:
            yield PageRead(Page(number, text, f"page {number}", (), (LineBox(0, 1, 0.1, 0.2, 1 / 3, 0.4),)))


def _connected(port: int) -> str:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError as error:
        first = type(error).__name__
    else:
        return "connected"
    # Past the interpreter, as a parser's native code would.
    library = ctypes.CDLL(None, use_errno=True)
    made = library.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    if made < 0:
        return f"{first}; no socket ({ctypes.get_errno()})"
    address = (
        socket.AF_INET.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    )
    return f"{first}; " + ("connected" if library.connect(made, address, 16) == 0 else "not connected")


def _limits() -> str:
    import resource

    return (
        " ".join(
            str(resource.getrlimit(kind)[0])
            for kind in (resource.RLIMIT_CORE, resource.RLIMIT_DATA, resource.RLIMIT_NOFILE)
        )
        + f" {os.nice(0)} {signal.getsignal(signal.SIGINT) is signal.SIG_IGN} {os.getsid(0) == os.getpid()}"
    )
