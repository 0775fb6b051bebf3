"""A real browser, the app it looks at, and a sinkhole that counts who calls it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LONG = 120_000  # milliseconds: a machine may be busy


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Headless Chromium, driven by Playwright. Without either the test is skipped, and says which."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (the extra `dev`)")
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium is here: install Debian's `chromium`")
    quiet = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
    ]
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=quiet)
        yield browser
        browser.close()


@pytest.fixture
def served(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Serves the app over the test's data home when called, as `refdesk ui` does; gives its address."""
    from apps.cli.ui import streamlit_command

    children: list[subprocess.Popen[bytes]] = []

    def serve() -> str:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = streamlit_command(port, opens_browser=False)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        assert command[0] == sys.executable
        children.append(subprocess.Popen(command, env=environment, cwd=home, stdout=subprocess.DEVNULL))
        wait_for(port)
        return f"http://127.0.0.1:{port}"

    yield serve
    for child in children:
        child.terminate()
        child.wait(30)


def wait_for(port: int, seconds: float = 60.0) -> None:
    """Until somebody listens there."""
    end = time.monotonic() + seconds
    while True:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < end, "the app did not begin to listen"
        time.sleep(0.1)


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[[str], Any]]:
    """Opens a page as another person does; what is asked of any other host fails the test."""
    contexts: list[Any] = []
    foreign: list[str] = []

    def look(request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            foreign.append(request.url)

    def opened(address: str) -> Any:
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_LONG)
        page.on("request", look)
        page.goto(address)
        page.get_by_role("heading", level=1).wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert foreign == []


class Sinkhole:
    """Takes connections on loopback, counts them, and says nothing."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.calls: list[bytes] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                call, _ = self._listening.accept()
            except OSError:
                return
            with call:
                call.settimeout(2)
                try:
                    self.calls.append(call.recv(300))
                except OSError:
                    self.calls.append(b"")

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def sinkhole() -> Iterator[Sinkhole]:
    hole = Sinkhole()
    yield hole
    hole.close()
