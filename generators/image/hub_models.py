"""Image models by their name on the hub."""

from __future__ import annotations

from pathlib import Path

from generators.errors import ModelUnusable
from generators.image.known_models import KNOWN_MODELS, how_to_get_a_model

_WANTED = ["*.json", "*.txt", "*/*.safetensors"]


def hub_folder(name: str, fetch: bool) -> Path:
    """The folder of the hub's client where the model lies. Only with `fetch` is a connection opened.

    Raises ModelUnusable with the model's licence and size where they are known, and HubUnreachable.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True, allow_patterns=_WANTED))
    except (LocalEntryNotFoundError, ValueError) as error:
        if not fetch:
            raise ModelUnusable(_not_here(name)) from error
    from machine.hub import hub_endpoint, probe

    probe(hub_endpoint())
    try:
        half = Path(snapshot_download(name, allow_patterns=["*.json", "*.txt", "*/*.fp16.safetensors"]))
        if any(half.glob("*/*.fp16.safetensors")):
            return half
        return Path(snapshot_download(name, allow_patterns=_WANTED))
    except Exception as error:  # the client lets many kinds out: of its own, httpx's and the system's
        raise ModelUnusable(f"{name} could not be fetched from the hub: {error}") from error


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
