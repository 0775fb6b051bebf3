"""What every test shares."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data home of the test's own, empty."""
    folder = tmp_path / "home"
    monkeypatch.setenv("REFDESK_HOME", str(folder))
    return folder
