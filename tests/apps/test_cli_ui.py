"""How the chat page is served."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from apps.cli.ui import is_loopback, streamlit_command
from apps.errors import WrongUse
from apps.serving import OPTIONS, OWN_HOSTS, QUIET

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_served_to_this_machine_alone_and_tells_nobody() -> None:
    command = streamlit_command(8600, opens_browser=False)
    assert command[:5] == [sys.executable, "-P", "-m", "apps.serving", "run"]
    assert command[5].endswith("streamlit_app.py")
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


def test_what_streamlit_is_told_by_its_own_file_is_the_same() -> None:
    root = Path(__file__).resolve().parents[2]
    content = tomllib.loads((root / ".streamlit" / "config.toml").read_text())
    assert tuple(content["server"].pop("allowedHosts")) == OWN_HOSTS
    assert dict(flattened(content)) == OPTIONS


def flattened(table: dict, prefix: str = ""):
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value).lower() if isinstance(value, bool) else str(value)


def test_streamlit_knows_all_these_options() -> None:
    from streamlit import config

    assert [name for name in OPTIONS if name not in config._config_options_template] == []
    assert [name for name in QUIET if name not in config._config_options_template] == []


def test_what_streamlit_says_and_logs_by_itself_is_for_who_asks_for_it() -> None:
    quiet, whole = (streamlit_command(None, False, verbose=verbose) for verbose in (False, True))
    assert {"--logger.level=warning", "--logger.hideWelcomeMessage=true"} <= set(quiet)
    assert not [flag for flag in whole if flag.startswith("--logger.")]


@pytest.mark.parametrize(
    ("address", "alone"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)]
)
def test_an_address_that_others_reach_is_told_apart(address: str, alone: bool) -> None:
    assert is_loopback(address) is alone
    command = streamlit_command(None, False, address)
    assert f"--server.address={address}" in command
    assert any(flag.startswith("--server.allowedHosts=") for flag in command) is alone


def test_what_is_no_address_has_words() -> None:
    with pytest.raises(WrongUse, match="such as 127"):
        is_loopback("example.org")


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_have_the_contrast_that_text_needs(theme: str) -> None:
    def contrast(one: str, other: str) -> float:
        return ratio(OPTIONS[f"theme.{theme}.{one}"], OPTIONS[f"theme.{theme}.{other}"])

    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast("textColor", ground) >= 7
        assert contrast("linkColor", ground) >= 4.5
        assert contrast("primaryColor", ground) >= 3
        assert ratio(caption(theme, ground), OPTIONS[f"theme.{theme}.{ground}"]) >= 4.5
    assert ratio("#ffffff", OPTIONS[f"theme.{theme}.primaryColor"]) >= 4.5  # the words of buttons


def ratio(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def caption(theme: str, ground: str) -> str:
    """Streamlit draws captions in the text's colour at 60%."""
    colours = [bytes.fromhex(OPTIONS[f"theme.{theme}.{name}"][1:]) for name in ("textColor", ground)]
    pairs = zip(*colours, strict=True)
    return "#" + "".join(f"{round(0.6 * text + 0.4 * behind):02x}" for text, behind in pairs)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_ending_the_command_ends_the_page(tmp_path: Path) -> None:
    told = tmp_path / "page"
    page = (
        f"import os, pathlib, time; pathlib.Path({str(told)!r}).write_text(str(os.getpid())); time.sleep(90)"
    )
    serving = f"import sys; from apps.cli.ui import serve; serve([sys.executable, '-c', {page!r}], {{}})"
    with subprocess.Popen([sys.executable, "-c", serving], cwd=ROOT) as command:
        end = time.monotonic() + 60
        while not (told.exists() and told.read_text()) and time.monotonic() < end:
            time.sleep(0.05)
        command.terminate()
        command.wait(60)
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)
