"""The files of a model as transformers writes it: where they are and what kind of model they are."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from generators.errors import ModelUnusable
from generators.hub_folders import why_not_fetched
from machine import HubUnreachable, file_sha256

ModelKind = Literal["causal", "seq2seq", "reader", "classifier", "tagger"]

_ADAPTER = "adapter_config.json"
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_WEIGHTS = ("*.safetensors", "*.bin")
#: What is fetched of a model on the hub: never a pickle where safetensors are all that is wanted.
_FETCHED = ("*.json", "*.safetensors", "*.model", "*.jinja", "*.txt")
#: How the names of classes end that write nothing.
_LABELLING: dict[str, ModelKind] = {
    "ForQuestionAnswering": "reader",
    "ForSequenceClassification": "classifier",
    "ForTokenClassification": "tagger",
}
_CONTEXT_KEYS = ("max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length")


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """`trained_context_tokens` is None where positions have no end. `adapter` is a PEFT adapter's folder."""

    folder: Path
    kind: ModelKind
    trained_context_tokens: int | None
    adapter: Path | None = None
    saved_bytes_per_number: int = 4

    @property
    def weights(self) -> tuple[Path, ...]:
        """The files that hold them, the adapter's too; sorted within each folder."""
        folders = (self.folder, *([self.adapter] if self.adapter else []))
        return tuple(
            path
            for folder in folders
            for path in sorted(path for pattern in _WEIGHTS for path in folder.glob(pattern))
        )

    def sha256(self, cache_folder: Path) -> str:
        """One hash of all weights, the adapter's too."""
        digest = hashlib.sha256()
        for path in self.weights:
            digest.update(f"{path.name} {file_sha256(path, cache_folder)}\n".encode())
        return digest.hexdigest()


def find_model(name: str) -> ModelFiles:
    """What `folder`, `folder+adapter folder`, `adapter folder` or an id of the hub names.

    An adapter's folder alone says which model it belongs to. Raises ModelUnusable.
    """
    base, plus, adapter = name.partition("+")
    folder = find_folder(base)
    adapter_folder = find_folder(adapter) if plus else None
    if adapter_folder is None and not (folder / "config.json").is_file() and (folder / _ADAPTER).is_file():
        adapter_folder, folder = folder, find_folder(_base_of(folder))
    if adapter_folder is not None and not (adapter_folder / _ADAPTER).is_file():
        raise ModelUnusable(
            f"{adapter_folder} is no PEFT adapter: it holds no {_ADAPTER}. Name another folder."
        )
    config = _read_json(folder / "config.json")
    return ModelFiles(
        folder, _kind(folder, config), _trained_context(config), adapter_folder, _saved_bytes(config)
    )


def find_folder(name: str) -> Path:
    """The folder of that path, or of a model of the hub, fetched if need be. Raises ModelUnusable."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_file():
        raise ModelUnusable(
            f"{folder} is a file. Name the folder with config.json; a .gguf file is `llama-cpp:`."
        )
    if not _HUB_ID.fullmatch(name):
        raise ModelUnusable(
            f"There is no folder {folder}. Name one that holds a model, or a model of the hub."
        )
    return _from_hub(name)


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download

    from machine.hub import hub_endpoint, probe

    try:
        cached = Path(snapshot_download(name, local_files_only=True))
        if any(cached.glob("*config.json")):
            return cached
    except (OSError, ValueError):
        pass  # it is not in the cache
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "TRUE", "YES", "ON"):
        raise _not_here(name, "the hub is not to be asked (HF_HUB_OFFLINE)")
    try:
        probe(hub_endpoint())
        return Path(snapshot_download(name, allow_patterns=list(_FETCHED)))
    except HubUnreachable as error:
        raise _not_here(name, str(error).rstrip(".")) from error
    except Exception as error:  # the client lets many kinds out: of its own, httpx's and the system's
        raise _not_here(name, why_not_fetched(error)) from error


def _not_here(name: str, reason: str) -> ModelUnusable:
    return ModelUnusable(
        f"There is no folder {name}, no model {name} in the hub's cache, and it cannot be fetched: {reason}. "
        f"Look at its name and the network; or run `hf download {name} --local-dir FOLDER` where there is a "
        "network, bring the folder here, and name it."
    )


def _base_of(adapter: Path) -> str:
    base = _read_json(adapter / _ADAPTER).get("base_model_name_or_path")
    if not base:
        raise ModelUnusable(f"{adapter} does not say which model it adapts. Name it: `folder+{adapter}`.")
    return str(base)


def _kind(folder: Path, config: dict[str, Any]) -> ModelKind:
    architecture = next(iter(config.get("architectures") or ()), "")
    for ending, kind in _LABELLING.items():
        if architecture.endswith(ending):
            return kind
    if config.get("is_encoder_decoder"):
        return "seq2seq"
    if architecture.endswith(("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")):
        return "causal"
    raise ModelUnusable(
        f"{folder} holds a {architecture or 'model of no named kind'}, which writes no text. It must be a "
        "causal or a sequence-to-sequence language model; question answering models are `reader:`."
    )


def _trained_context(config: dict[str, Any]) -> int | None:
    described = config.get("text_config") or config
    found = (described.get(key) for key in _CONTEXT_KEYS)
    return next((int(value) for value in found if isinstance(value, int) and value > 0), None)


def _saved_bytes(config: dict[str, Any]) -> int:
    """Bytes of each number in the files."""
    saved = str(config.get("dtype") or config.get("torch_dtype") or "float32")
    return 2 if saved.endswith("float16") else 4


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelUnusable(
            f"{path.parent} holds no model: {path.name} cannot be read ({error.strerror}). Name a folder as "
            "transformers' save_pretrained writes it."
        ) from error
    except ValueError as error:
        raise ModelUnusable(f"{path} is not JSON: {error}. Fetch the model again.") from error
    if not isinstance(content, dict):
        raise ModelUnusable(f"{path} describes no model. Fetch the model again.")
    return content
