"""States in a folder of files: each written whole or not at all, and believed only where nothing changed."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tempfile
import time
from contextlib import suppress
from pathlib import Path

_LOGGER = logging.getLogger(__name__)

DEFAULT_LIMIT_BYTES = 256 * 1024 * 1024
_SUFFIX, _UNFINISHED = ".state", ".unfinished"
_KEY = re.compile(r"[0-9a-f]{64}")
_DIGEST_BYTES = 32
#: Whoever writes a file is done with it long before.
_ABANDONED_SECONDS = 3600.0


class StateFiles:
    """Bytes by key, of at most `limit_bytes` together: what was used longest ago gives way.

    A file begins with the sha256 of its key and its content, so one that is cut, changed, or put under
    another's name is taken for none. Whatever goes wrong on the disk is logged, not raised: each state can be
    computed anew. Folder and files are the user's alone.
    """

    def __init__(self, folder: Path, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.folder = folder
        self._limit_bytes = limit_bytes

    def read(self, key: str) -> bytes | None:
        """What was written under the key, a sha256 in hex; None where there is none to be believed."""
        path = self._path(key)
        try:
            if not path.is_file() or path.stat().st_size > self._limit_bytes:
                return None
            stored = path.read_bytes()
        except OSError as error:
            _LOGGER.info("%s cannot be read: %s", path, error)
            return None
        content = stored[_DIGEST_BYTES:]
        if not content or stored[:_DIGEST_BYTES] != _digest(key, content):
            _LOGGER.warning("%s is damaged; what it held is computed anew.", path)
            return None
        with suppress(OSError):
            os.utime(path)
        return content

    def write(self, key: str, content: bytes) -> None:
        """Keep the content under the key, unless it alone is more than may be kept."""
        if not content or len(content) + _DIGEST_BYTES > self._limit_bytes:
            return
        path = self._path(key)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._sweep(self._limit_bytes - len(content) - _DIGEST_BYTES)
            self._write_whole(path, _digest(key, content) + content)
        except OSError as error:
            _LOGGER.info("%s was not written: %s", path, error)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"A key must be a sha256 in hex, not {key!r}.")
        return self.folder / f"{key}{_SUFFIX}"

    def _write_whole(self, path: Path, stored: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=_UNFINISHED)  # readable by the user alone
        unfinished = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(stored)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def _sweep(self, limit_bytes: int) -> None:
        """Leave the latest used files that fit the limit, and no unfinished ones of processes that ended."""
        found = []
        for path in self.folder.iterdir():
            with suppress(OSError):  # another process may sweep, too
                status = path.stat()
                if path.suffix == _SUFFIX:
                    found.append((status.st_mtime, status.st_size, path))
                elif path.suffix == _UNFINISHED and status.st_mtime < time.time() - _ABANDONED_SECONDS:
                    path.unlink()
        kept_bytes = 0
        for _, size, path in sorted(found, reverse=True):
            kept_bytes += size
            if kept_bytes > limit_bytes:
                with suppress(OSError):
                    path.unlink()


def _digest(key: str, content: bytes) -> bytes:
    digest = hashlib.sha256(key.encode())
    digest.update(content)
    return digest.digest()
