"""Image models by their name on the hub."""

from __future__ import annotations

from pathlib import Path

from generators.errors import ModelUnusable
from generators.hub_folders import fetched_folder, kept_folder
from generators.image.known_models import KNOWN_MODELS, how_to_get_a_model

_WANTED = ("*.json", "*.txt", "*/*.safetensors")
_WANTED_IN_HALF = ("*.json", "*.txt", "*/*.fp16.safetensors")


def hub_folder(name: str, fetch: bool) -> Path:
    """The folder of the hub's client where the model lies. Only with `fetch` is a connection opened.

    Raises ModelUnusable with the model's licence and size where they are known, and HubUnreachable.
    """
    kept = kept_folder(name, _WANTED)
    if kept is not None:
        return kept
    if not fetch:
        raise ModelUnusable(_not_here(name))
    half = fetched_folder(name, _WANTED_IN_HALF)
    if any(half.glob("*/*.fp16.safetensors")):
        return half
    return fetched_folder(name, _WANTED)


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
