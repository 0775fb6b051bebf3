"""What every test shares."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from machine import cache_folder, models_folder


@pytest.fixture(scope="session", autouse=True)
def listening_to_ctrl_c() -> None:
    """A process started in the background may have been told to ignore Ctrl-C, and its children with it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data home of the test's own, empty."""
    folder = tmp_path / "home"
    monkeypatch.setenv("REFDESK_HOME", str(folder))
    return folder


@pytest.fixture
def home_with_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data home of the test's own that shares the real one's models and converted models."""
    models, cache = models_folder(), cache_folder()
    if not models.is_dir():
        pytest.fail(f"No models in {models}. Get them with `refdesk models pull`.")
    folder = tmp_path / "home"
    folder.mkdir()
    cache.mkdir(parents=True, exist_ok=True)
    (folder / "models").symlink_to(models, target_is_directory=True)
    (folder / "cache").symlink_to(cache, target_is_directory=True)
    monkeypatch.setenv("REFDESK_HOME", str(folder))
    return folder
