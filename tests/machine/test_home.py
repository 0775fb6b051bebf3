from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import machine
from machine import cache_folder, collections_folder, data_home, models_folder


def test_the_variable_moves_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REFDESK_HOME", str(tmp_path / "elsewhere"))
    assert models_folder() == tmp_path / "elsewhere" / "models"
    assert collections_folder() == tmp_path / "elsewhere" / "collections"
    assert cache_folder() == tmp_path / "elsewhere" / "cache"
    assert not (tmp_path / "elsewhere").exists()


def test_without_it_the_platform_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFDESK_HOME")
    assert data_home().name == "refdesk"
    assert data_home().is_absolute()


def test_a_tilde_means_the_users_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("REFDESK_HOME", "~/desk")
    assert data_home() == tmp_path / "desk"


def test_importing_the_package_is_light() -> None:
    heavy = "{'huggingface_hub', 'httpx2', 'psutil', 'torch', 'llama_cpp', 'numpy', 'tarfile', 'zipfile'}"
    code = (
        f"import machine, sys; sys.exit(str({heavy} & set(sys.modules)) if {heavy} & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_public_names_are_there() -> None:
    assert machine.__all__ == sorted(machine.__all__, key=str)
    assert [name for name in machine.__all__ if not hasattr(machine, name)] == []
