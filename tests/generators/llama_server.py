"""llama-cpp-python's own server for OpenAI's protocol, in a process of its own on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: What `llama-cpp-python[server]` brings; one that is missing is what a test skips for.
SERVER_PACKAGES = ("fastapi", "uvicorn", "sse_starlette", "starlette_context", "pydantic_settings")
_PATIENCE_SECONDS = 120.0


@contextmanager
def serving_llama(model: Path, log: Path, *, context_tokens: int = 4096) -> Iterator[str]:
    """The server's base URL, once it answers. Raises RuntimeError, with its log's end, where it does not."""
    port = _free_port()
    command = [
        sys.executable, "-m", "llama_cpp.server", "--model", str(model), "--host", "127.0.0.1",
        "--port", str(port), "--n_ctx", str(context_tokens),
    ]  # fmt: skip
    with log.open("wb") as writing:
        process = subprocess.Popen(command, stdout=writing, stderr=subprocess.STDOUT)
    try:
        base_url = f"http://127.0.0.1:{port}/v1"
        _wait(process, base_url, log)
        yield base_url
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
    return port


def _wait(process: subprocess.Popen[bytes], base_url: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{base_url}/models"):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not come up: {log.read_text(errors='replace')[-2000:]}")
