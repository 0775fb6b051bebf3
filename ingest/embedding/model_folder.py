"""What a sentence-transformers model folder says about itself, read without loading the model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ingest.errors import IngestError

Pooling = Literal["mean", "cls"]


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """The parts of a sentence-transformers folder that decide how its vectors are made.

    `max_tokens` includes the special tokens. `pooling` is None when the folder pools in a way
    that only sentence-transformers itself can follow.
    """

    path: Path
    dimension: int
    max_tokens: int
    pooling: Pooling | None
    lower_case: bool
    query_prefix: str
    document_prefix: str

    @property
    def tokenizer_file(self) -> Path:
        return self.path / "tokenizer.json"


def read_model_folder(path: Path) -> ModelFolder:
    """Read the folder's JSON files. Raises IngestError naming the file that is missing or unreadable."""
    modules = _read(path / "modules.json")
    kinds = [str(module.get("type", "")).rsplit(".", 1)[-1] for module in modules]
    pooling_config = _read(path / "1_Pooling" / "config.json")
    sentence_config = _read(path / "sentence_bert_config.json")
    tokenizer_file = path / "tokenizer_config.json"
    tokenizer_config = _read(tokenizer_file) if tokenizer_file.is_file() else {}
    model_config = _read(path / "config.json")
    prompts_file = path / "config_sentence_transformers.json"
    prompts = (_read(prompts_file).get("prompts") or {}) if prompts_file.is_file() else {}
    plain = [kind for kind in kinds if kind != "Normalize"] == ["Transformer", "Pooling"]
    return ModelFolder(
        path=path,
        dimension=_dimension(path, kinds, pooling_config, model_config),
        max_tokens=int(
            sentence_config.get("max_seq_length")
            or tokenizer_config.get("model_max_length")
            or model_config["max_position_embeddings"]
        ),
        pooling=_pooling(pooling_config) if plain else None,
        lower_case=bool(sentence_config.get("do_lower_case", False)),
        query_prefix=str(prompts.get("query", "")),
        document_prefix=str(prompts.get("document", prompts.get("passage", ""))),
    )


def _dimension(path: Path, kinds: list[str], pooling: dict[str, Any], model: dict[str, Any]) -> int:
    if "Dense" in kinds:
        dense = _read(path / f"{kinds.index('Dense')}_Dense" / "config.json")
        return int(dense["out_features"])
    named = pooling.get("word_embedding_dimension") or pooling.get("embedding_dimension")
    return int(named or model["hidden_size"])


def _pooling(config: dict[str, Any]) -> Pooling | None:
    mode = config.get("pooling_mode")  # how sentence-transformers 6 writes it
    if mode in ("mean", "cls"):
        return "mean" if mode == "mean" else "cls"
    chosen = {key for key, value in config.items() if key.startswith("pooling_mode_") and value is True}
    if chosen == {"pooling_mode_mean_tokens"}:
        return "mean"
    if chosen == {"pooling_mode_cls_token"}:
        return "cls"
    return None


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IngestError(
            f"{file.parent} is not a complete sentence-transformers model: {file.name} is missing. "
            "Fetch the model again, or name another folder."
        ) from None
    except (OSError, ValueError) as error:
        raise IngestError(f"{file} could not be read ({error}). Fetch the model again.") from error
