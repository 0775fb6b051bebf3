"""The hash of a model's weights, remembered so that a start does not read them all again."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from contextlib import suppress
from pathlib import Path

from ingest.errors import IngestError

_LOGGER = logging.getLogger(__name__)
_REMEMBERED = "weights-hashes.json"


def weights_sha256(model_folder: Path, cache_folder: Path) -> str:
    """Sha256 of the folder's `model.safetensors`, as lower-case hexadecimal.

    Remembered in the cache folder under the file's path, size and time; without a usable cache folder
    it is computed anew. Raises IngestError where the file is missing or unreadable.
    """
    file = model_folder / "model.safetensors"
    try:
        status = file.stat()
        key = f"{file.absolute()}|{status.st_size}|{status.st_mtime_ns}"
        remembered = _remembered(cache_folder)
        if key not in remembered:
            with file.open("rb") as weights:
                remembered[key] = hashlib.file_digest(weights, "sha256").hexdigest()
            _remember(cache_folder, remembered)
    except FileNotFoundError:
        raise IngestError(
            f"{model_folder} holds no model.safetensors, so there are no weights to embed with. "
            "Fetch the model again, or name another folder."
        ) from None
    except OSError as error:
        raise IngestError(
            f"{file} could not be read ({error.strerror or error}). Fetch the model again."
        ) from error
    return remembered[key]


def _remembered(cache_folder: Path) -> dict[str, str]:
    try:
        found = json.loads((cache_folder / _REMEMBERED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str) and len(value) == 64}


def _remember(cache_folder: Path, hashes: dict[str, str]) -> None:
    staging = cache_folder / f"{_REMEMBERED}.{os.getpid()}"
    try:
        cache_folder.mkdir(parents=True, exist_ok=True)
        staging.write_text(json.dumps(hashes, indent=1), encoding="utf-8")
        staging.replace(cache_folder / _REMEMBERED)
    except OSError as error:
        _LOGGER.info("The hash of the weights is not remembered: %s", error)
        with suppress(OSError):
            staging.unlink()
