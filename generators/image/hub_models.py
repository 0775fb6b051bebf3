"""Image models by their name on the hub."""

from __future__ import annotations

import json
from pathlib import Path

from generators.errors import ModelUnusable
from generators.hub_folders import fetched_folder, kept_folder
from generators.image.known_models import KNOWN_MODELS, how_to_get_a_model

_INDEX = "model_index.json"
#: Parts without which no picture comes; a safety checker may lack its weights.
_COMPUTING = ("text_encoder", "unet", "transformer", "vae")
_ANY_WEIGHTS = "*.safetensors"
_WANTED = ("*.json", "*.txt", "*/*.safetensors")
_WANTED_IN_HALF = ("*.json", "*.txt", "*/*.fp16.safetensors")


def hub_folder(name: str, fetch: bool) -> Path:
    """The folder of the hub's client where the model lies. Only with `fetch` is a connection opened.

    Raises ModelUnusable with the model's licence and size where they are known, and HubUnreachable.
    """
    kept = kept_folder(name, _WANTED)
    if kept is not None and _looks_whole(kept):
        return kept
    if not fetch:
        raise ModelUnusable(_not_here(name))
    half = fetched_folder(name, _WANTED_IN_HALF)
    if any(half.glob("*/*.fp16.safetensors")):
        return half
    return fetched_folder(name, _WANTED)


def _looks_whole(folder: Path) -> bool:
    """What an interrupted fetch left is not."""
    try:
        parts = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(parts, dict):
        return False
    computing = [name for name in parts if name.startswith(_COMPUTING) and parts[name] != [None, None]]
    return all(any((folder / name).glob(_ANY_WEIGHTS)) for name in computing)


def _not_here(name: str) -> str:
    known = {model.id: model for model in KNOWN_MODELS}.get(name)
    if known is None:
        what = f"The model {name} is not on this machine. If the hub has it, --fetch gets it."
        return f"{what}\n{how_to_get_a_model()}"
    folder = f"models/{name.rpartition('/')[2].lower()}"
    return (
        f"The model {name} ({known.title}; licence {known.licence}; about {known.gigabytes:g} GB) is not on "
        f"this machine. Get it with --fetch, or with: {known.fetch_command(folder)}"
    )
