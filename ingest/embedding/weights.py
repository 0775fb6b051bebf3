"""The hash of a model's weights."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingest.errors import IngestError
from machine import file_sha256

_WEIGHTS = "model.safetensors"


def weights_sha256(model_folder: Path, cache_folder: Path) -> str:
    """Sha256 of the folder's `model.safetensors`, remembered in the cache folder.

    Where the weights are in several files (parts, or those of further modules), of these files' names and
    hashes. Raises IngestError where they are missing, unreadable or pickled.
    """
    files = [*model_folder.glob("model*.safetensors"), *model_folder.glob("[0-9]*_*/model*.safetensors")]
    hashes = {
        file.relative_to(model_folder).as_posix(): _sha256(file, cache_folder) for file in sorted(files)
    }
    for folder in (model_folder, *model_folder.glob("[0-9]*_*")):
        pickled = next(folder.glob("pytorch_model*.bin"), None)
        if pickled is not None and not any(file.parent == folder for file in files):
            raise IngestError(
                f"{folder} holds no {_WEIGHTS}, and {pickled.name} is a pickle, which may run code when "
                f"it is read. Save the model anew in Python: SentenceTransformer({str(model_folder)!r})"
                '.save_pretrained("NEW_FOLDER"), and name that folder.'
            )
    if not hashes:
        raise IngestError(
            f"{model_folder} holds no {_WEIGHTS}, so there are no weights to compute with. "
            "Fetch the model again, or name another folder."
        )
    if hashes.keys() == {_WEIGHTS}:
        return hashes[_WEIGHTS]
    lines = "".join(f"{name} {sha256}\n" for name, sha256 in hashes.items())
    return hashlib.sha256(lines.encode()).hexdigest()


def _sha256(file: Path, cache_folder: Path) -> str:
    try:
        return file_sha256(file, cache_folder)
    except OSError as error:
        raise IngestError(
            f"{file} could not be read ({error.strerror or error}). Fetch the model again."
        ) from error
