"""What the generators' tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def models_home() -> Path:
    """The folder with the real models, `REFDESK_HOME/models`; a test that needs it fails without it."""
    home = os.environ.get("REFDESK_HOME")
    if not home:
        pytest.fail(
            "Tests with real models need REFDESK_HOME to name the data home that holds them. "
            "Set it and run `refdesk models pull`."
        )
    folder = Path(home) / "models"
    if not folder.is_dir():
        pytest.fail(f"There is no {folder}. Run `refdesk models pull` with this REFDESK_HOME.")
    return folder


def _model_file(models_home: Path, name: str) -> Path:
    path = models_home / name / f"{name}.gguf"
    if not path.is_file():
        pytest.fail(f"There is no {path}. Run `refdesk models pull {name}` with this REFDESK_HOME.")
    return path


@pytest.fixture(scope="session")
def gemma_file(models_home: Path) -> Path:
    return _model_file(models_home, "gemma-3-270m-q4_k_m")


@pytest.fixture(scope="session")
def qwen_file(models_home: Path) -> Path:
    return _model_file(models_home, "qwen2.5-coder-1.5b-instruct-q4_k_m")
