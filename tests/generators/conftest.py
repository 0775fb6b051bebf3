"""What the generators' tests share."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from machine import models_folder


@pytest.fixture(scope="session")
def models_home() -> Path:
    """The real data home's folder of models; a test that needs it fails without it."""
    folder = models_folder()
    if not folder.is_dir():
        pytest.fail(f"No models in {folder}. Get them with `refdesk models pull`.")
    return folder


def _model_file(models_home: Path, name: str) -> Path:
    path = models_home / name / f"{name}.gguf"
    if not path.is_file():
        pytest.fail(f"There is no {path}. Get it with `refdesk models pull`.")
    return path


@pytest.fixture(scope="session")
def gemma_file(models_home: Path) -> Path:
    return _model_file(models_home, "gemma-3-270m-q4_k_m")


@pytest.fixture(scope="session")
def qwen_file(models_home: Path) -> Path:
    return _model_file(models_home, "qwen2.5-coder-1.5b-instruct-q4_k_m")


def gguf_bytes(layers: int = 28, context_tokens: int = 32768, architecture: str = "qwen2") -> bytes:
    """The beginning of a GGUF file, up to what is read before an engine opens it."""

    def string(text: str) -> bytes:
        return struct.pack("<Q", len(text)) + text.encode()

    entries = [
        string("general.architecture") + struct.pack("<I", 8) + string(architecture),
        string("general.tags") + struct.pack("<IIQ", 9, 8, 2) + string("chat") + string("code"),
        string("general.sizes") + struct.pack("<IIQ", 9, 4, 3) + struct.pack("<3I", 1, 2, 3),
        string(f"{architecture}.block_count") + struct.pack("<II", 4, layers),
        string(f"{architecture}.context_length") + struct.pack("<II", 4, context_tokens),
    ]
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(entries)) + b"".join(entries)


@pytest.fixture
def header_file(tmp_path: Path) -> Path:
    """A GGUF file of 28 layers, of which only the header is there."""
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf_bytes())
    return path
