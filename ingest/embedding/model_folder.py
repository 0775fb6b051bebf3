"""What a sentence-transformers model folder says about itself, read without loading the model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ingest.errors import IngestError

Pooling = Literal["mean", "cls"]

#: Models whose positions begin behind the number of the padding token: they read so many tokens less.
_POSITIONS_BEHIND_PADDING = {
    "camembert",
    "data2vec-text",
    "longformer",
    "mpnet",
    "roberta",
    "xlm-roberta",
    "xlm-roberta-xl",
    "xmod",
}
_MOST_TOKENS = 1_000_000  # tokenizers without a limit say 10^30
_TOKENS_WHERE_NOTHING_IS_SAID = 512
#: As sentence-transformers looks for them. It writes an empty `document` beside a model's own `passage`.
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """The parts of a sentence-transformers folder that decide how its vectors are made.

    `encoder` is where the language model and its tokenizer lie. `max_tokens` includes the special tokens.
    `pooling` is None when the folder pools in a way, or goes on after pooling in one, that only
    sentence-transformers itself can follow. The prefixes are the folder's own.
    """

    path: Path
    encoder: Path
    dimension: int
    max_tokens: int
    pooling: Pooling | None
    lower_case: bool
    query_prefix: str
    document_prefix: str

    @property
    def tokenizer_file(self) -> Path:
        return self.encoder / "tokenizer.json"


@dataclass(frozen=True, slots=True)
class _Module:
    kind: str
    folder: Path


def read_model_folder(path: Path) -> ModelFolder:
    """Read the folder's JSON files. Raises IngestError naming the file that is missing or unreadable."""
    modules = _modules(path)
    encoder = next((module.folder for module in modules if module.kind == "Transformer"), None)
    pooling = next((module.folder for module in modules if module.kind == "Pooling"), None)
    if encoder is None or pooling is None:
        kinds = ", ".join(module.kind for module in modules) or "nothing"
        raise IngestError(
            f"{path} is made of {kinds}. A model that is read here has a Transformer and a Pooling. "
            "Name another folder."
        )
    pooling_config, model_config = _read(pooling / "config.json"), _read(encoder / "config.json")
    sentence_config = _read(encoder / "sentence_bert_config.json")
    tokenizer_config = _read_if_there(encoder / "tokenizer_config.json")
    prompts = _read_if_there(path / "config_sentence_transformers.json").get("prompts") or {}
    plain = [module.kind for module in modules if module.kind != "Normalize"] == ["Transformer", "Pooling"]
    modes = _pooling_modes(pooling_config)
    return ModelFolder(
        path=path,
        encoder=encoder,
        dimension=_dimension(modules, modes, pooling_config, model_config),
        max_tokens=_max_tokens(sentence_config, tokenizer_config, model_config),
        pooling=_followed(modes, pooling_config) if plain else None,
        lower_case=bool(sentence_config.get("do_lower_case", False)),
        query_prefix=str(prompts.get("query") or ""),
        document_prefix=next((str(prompts[name]) for name in _DOCUMENT_PROMPTS if prompts.get(name)), ""),
    )


def _modules(path: Path) -> list[_Module]:
    found = []
    for number, module in enumerate(_read(path / "modules.json")):
        kind = str(module.get("type", "")).rsplit(".", 1)[-1]
        place = module.get("path", "" if kind == "Transformer" else f"{number}_{kind}")
        found.append(_Module(kind, path / str(place)))
    return found


def _dimension(
    modules: list[_Module], modes: list[str], pooling: Mapping[str, Any], model: Mapping[str, Any]
) -> int:
    """What comes out of the last module that changes it."""
    dense = [module.folder for module in modules if module.kind == "Dense"]
    if dense:
        return int(_read(dense[-1] / "config.json")["out_features"])
    named = pooling.get("word_embedding_dimension") or pooling.get("embedding_dimension")
    return int(named or model["hidden_size"]) * max(1, len(modes))


def _max_tokens(sentence: Mapping[str, Any], tokenizer: Mapping[str, Any], model: Mapping[str, Any]) -> int:
    """The sentence file's limit, else the tokenizer's; never more than the model has positions for."""
    positions = int(model.get("max_position_embeddings") or 0)
    if model.get("model_type") in _POSITIONS_BEHIND_PADDING:
        positions -= int(model.get("pad_token_id", 1)) + 1
    named = sentence.get("max_seq_length") or tokenizer.get("model_max_length") or 0
    limits = [limit for limit in (int(named), positions) if 0 < limit < _MOST_TOKENS]
    return min(limits, default=_TOKENS_WHERE_NOTHING_IS_SAID)


def _pooling_modes(config: Mapping[str, Any]) -> list[str]:
    named = config.get("pooling_mode")  # how sentence-transformers 6 writes it
    if named is not None:
        return [named] if isinstance(named, str) else list(named)
    chosen = [key for key, value in config.items() if key.startswith("pooling_mode_") and value is True]
    return [
        key.removeprefix("pooling_mode_").removesuffix("_token").removesuffix("_tokens") for key in chosen
    ]


def _followed(modes: list[str], config: Mapping[str, Any]) -> Pooling | None:
    if config.get("include_prompt") is False:
        return None
    if modes == ["mean"]:
        return "mean"
    return "cls" if modes == ["cls"] else None


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


def _read_if_there(file: Path) -> Any:
    return _read(file) if file.is_file() else {}
