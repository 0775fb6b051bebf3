"""The page's server as browsers and hostile pages meet it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.cli.ui import streamlit_command
from apps.own_processes import environment_of_ours

_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
_SECONDS = 90
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Served:
    """The page, and the file with what its program said in the terminal."""

    port: int
    said: Path


@pytest.fixture(scope="module")
def port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def outside() -> Iterator[socket.socket]:
    """Where every request to another host would arrive: the proxy that the server's environment names."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture(scope="module")
def server(port: int, outside: socket.socket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page, served as `refdesk ui` does."""
    proxy = f"http://127.0.0.1:{outside.getsockname()[1]}"
    home = tmp_path_factory.mktemp("home")
    own = {"REFDESK_HOME": str(home), "http_proxy": proxy, "https_proxy": proxy}
    with (home / "said").open("wb") as said:
        child = subprocess.Popen(
            streamlit_command(port, opens_browser=False),
            env={**environment_of_ours(), **own},
            cwd=home,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    end = time.monotonic() + _SECONDS
    while True:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert child.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)
    yield Served(port, home / "said")
    child.terminate()
    child.wait(30)


def answer(port: int, host: str, origin: str) -> str:
    """The first line of what a browser is told that opens the page's connection from there."""
    lines = (
        "GET /_stcore/stream HTTP/1.1", f"Host: {host}", f"Origin: {origin}", "Upgrade: websocket",
        "Connection: Upgrade", f"Sec-WebSocket-Key: {_KEY}", "Sec-WebSocket-Version: 13", "", "",
    )  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as asking:
        asking.sendall("\r\n".join(lines).encode())
        return asking.recv(4096).decode("latin-1").partition("\r\n")[0]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_the_page_itself_may_connect(server: Served, name: str) -> None:
    assert " 101 " in answer(server.port, f"{name}:{server.port}", f"http://{name}:{server.port}")


def test_a_name_that_was_pointed_at_this_machine_may_not(server: Served) -> None:
    """DNS rebinding: a page elsewhere whose host's address becomes 127.0.0.1 while it is open."""
    assert " 403 " in answer(server.port, f"evil.example:{server.port}", f"http://evil.example:{server.port}")


def test_a_page_of_another_origin_is_refused_and_no_host_asked_about_it(
    server: Served, outside: socket.socket
) -> None:
    assert " 403 " in answer(server.port, f"127.0.0.1:{server.port}", "http://evil.example")
    outside.settimeout(0.2)
    with suppress(TimeoutError):
        asked, _ = outside.accept()
        with asked:
            pytest.fail(f"asked: {asked.recv(300)!r}")


def test_it_ends_at_once_with_its_exit_code_after_what_was_to_be_done_at_the_end() -> None:
    program = """
import atexit, sys
from streamlit.web import cli

class Kept:
    def __del__(self):
        print("the interpreter was taken apart")

def ends(prog_name):
    atexit.register(print, "folders were removed")
    sys.exit(3)

kept = Kept()
cli.main = ends
from apps.serving import main
main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (3, "folders were removed\n"), ended.stderr


def test_the_terminal_says_where_the_page_is_and_no_more(server: Served) -> None:
    url = f"http://127.0.0.1:{server.port}"
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=_SECONDS) as page:
        assert page.status == 200
    end = time.monotonic() + _SECONDS
    while not server.said.read_text() and time.monotonic() < end:
        time.sleep(0.1)
    lines = [line for line in server.said.read_text().splitlines() if "evil.example" not in line]
    assert lines == [f"The page is at {url}. Ctrl-C ends it."]
