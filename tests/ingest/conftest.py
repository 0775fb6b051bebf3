"""Small model folders for tests without a model, and the real one for tests marked `real`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from machine.home import models_folder


@pytest.fixture
def write_model_folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder with the JSON files of a sentence-transformers model, each replaced or (None) left out."""

    def write(**replaced: Any) -> Path:
        files: dict[str, Any] = {
            "modules.json": [
                {"type": "sentence_transformers.models.Transformer"},
                {"type": "sentence_transformers.models.Pooling"},
                {"type": "sentence_transformers.models.Normalize"},
            ],
            "1_Pooling/config.json": {"word_embedding_dimension": 12, "pooling_mode_mean_tokens": True},
            "sentence_bert_config.json": {"max_seq_length": 40, "do_lower_case": False},
            "config.json": {"max_position_embeddings": 512},
        }
        names = {
            "modules": "modules.json",
            "pooling": "1_Pooling/config.json",
            "sentence": "sentence_bert_config.json",
            "model": "config.json",
            "prompts": "config_sentence_transformers.json",
            "tokenizer": "tokenizer_config.json",
            "dense": "2_Dense/config.json",
        }
        files |= {names[key]: value for key, value in replaced.items()}
        folder = tmp_path / "model"
        for name, value in files.items():
            if value is not None:
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def minilm_folder() -> Path:
    """The default embedding model's own files."""
    folder = models_folder() / "all-minilm-l6-v2"
    if not folder.is_dir():
        pytest.fail(f"{folder} is missing. Run `make models` first.")
    return folder
