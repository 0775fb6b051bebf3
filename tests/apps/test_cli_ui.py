"""How the chat page is served."""

from __future__ import annotations

import sys

import pytest

from apps.cli.ui import streamlit_command
from apps.errors import WrongUse


def test_the_page_is_served_to_this_machine_alone_and_tells_nobody() -> None:
    command = streamlit_command(8600, opens_browser=False)
    assert command[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert command[4].endswith("streamlit_app.py")
    assert {
        "--server.address=127.0.0.1",
        "--server.port=8600",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--browser.gatherUsageStats=false",
    } <= set(command)


def test_without_a_port_streamlit_looks_for_a_free_one() -> None:
    command = streamlit_command(None, opens_browser=True)
    assert "--server.headless=false" in command
    assert not [flag for flag in command if flag.startswith("--server.port")]


def test_a_missing_page_has_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WrongUse, match="not installed"):
        streamlit_command(None, opens_browser=False)
