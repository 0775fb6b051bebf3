"""The hash of a large file, remembered so that a start does not read it again."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from contextlib import suppress
from pathlib import Path

from machine.verification import sealed_sha256

_LOGGER = logging.getLogger(__name__)
_REMEMBERED = "weights-hashes.json"


def file_sha256(file: Path, cache_folder: Path) -> str:
    """Sha256 of the file, as lower-case hexadecimal. Raises OSError where it cannot be read.

    Of a catalogued model its seal says it. Else it is remembered in the cache folder under the file's path,
    size and time; without a usable cache folder it is computed anew.
    """
    if (sealed := sealed_sha256(file)) is not None:
        return sealed
    status = file.stat()
    key = f"{file.absolute()}|{status.st_size}|{status.st_mtime_ns}"
    remembered = _remembered(cache_folder)
    if key not in remembered:
        with file.open("rb") as content:
            remembered[key] = hashlib.file_digest(content, "sha256").hexdigest()
        _remember(cache_folder, remembered)
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
        _LOGGER.info("The hash of the file is not remembered: %s", error)
        with suppress(OSError):
            staging.unlink()
