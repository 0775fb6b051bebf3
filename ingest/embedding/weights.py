"""The hash of an embedding model's weights."""

from __future__ import annotations

from pathlib import Path

from ingest.errors import IngestError
from machine import file_sha256


def weights_sha256(model_folder: Path, cache_folder: Path) -> str:
    """Sha256 of the folder's `model.safetensors`, remembered in the cache folder.

    Raises IngestError where the file is missing or unreadable.
    """
    file = model_folder / "model.safetensors"
    try:
        return file_sha256(file, cache_folder)
    except FileNotFoundError:
        raise IngestError(
            f"{model_folder} holds no model.safetensors, so there are no weights to embed with. "
            "Fetch the model again, or name another folder."
        ) from None
    except OSError as error:
        raise IngestError(
            f"{file} could not be read ({error.strerror or error}). Fetch the model again."
        ) from error
