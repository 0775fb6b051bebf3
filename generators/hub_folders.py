"""Folders of models in the keeping of the hub's client."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generators.errors import ModelUnusable


def kept_folder(name: str, wanted: Sequence[str]) -> Path | None:
    """Where the client keeps the model `owner/name`; None where it has not fetched it. Nothing connects."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True, allow_patterns=list(wanted)))
    except (LocalEntryNotFoundError, ValueError):
        return None


def fetched_folder(name: str, wanted: Sequence[str]) -> Path:
    """Fetch the files of the model that the patterns name. Raises HubUnreachable and ModelUnusable."""
    from huggingface_hub import snapshot_download

    from machine import HubUnreachable
    from machine.hub import hub_endpoint, probe

    try:
        probe(hub_endpoint())
    except HubUnreachable as error:
        raise HubUnreachable(
            f"{error} So {name} was not fetched. Check the network; or fetch it where there is one with `hf "
            f"download {name} --local-dir FOLDER`, bring the folder here, and name it."
        ) from error
    try:
        return Path(snapshot_download(name, allow_patterns=list(wanted)))
    except Exception as error:  # the client lets many kinds out: of its own, httpx's and the system's
        raise ModelUnusable(
            f"{name} could not be fetched from the hub: {why_not_fetched(error)}. {_by_hand(name)}"
        ) from error


def why_not_fetched(error: Exception) -> str:
    """What the hub's client raised, in a line of words without a stop."""
    from huggingface_hub.errors import RepositoryNotFoundError

    if isinstance(error, RepositoryNotFoundError):
        return "the hub has no model of that name, or shows it only to people who have logged in"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".")


def _by_hand(name: str) -> str:
    return f"Look at its name; or fetch it with `hf download {name} --local-dir FOLDER`, and name the folder."


def is_hub_name(name: str) -> bool:
    """Whether it has the form `owner/name`, and is no path."""
    parts = name.split("/")
    return len(parts) == 2 and all(parts) and parts[0] not in (".", "..", "~")
