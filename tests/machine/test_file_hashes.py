"""A large file's hash, without reading it again."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from machine import file_sha256
from machine.verification import SEALS_NAME


def _seal(path: Path, sha256: str) -> None:
    status = path.stat()
    seal = {
        "name": path.name,
        "sha256": sha256,
        "size_bytes": status.st_size,
        "changed_ns": status.st_mtime_ns,
    }
    (path.parent / SEALS_NAME).write_text(json.dumps({"schema": 1, "files": [seal]}), encoding="utf-8")


def test_a_seal_says_the_hash_as_long_as_the_file_is_untouched(tmp_path: Path) -> None:
    path, cache = tmp_path / "weights.gguf", tmp_path / "cache"
    path.write_bytes(b"weights")
    _seal(path, "0" * 64)  # so that it can be told from the real one
    assert file_sha256(path, cache) == "0" * 64
    assert not cache.exists()
    os.utime(path, ns=(1, 1))
    assert file_sha256(path, cache) == hashlib.sha256(b"weights").hexdigest()


def test_a_hash_is_remembered_as_long_as_the_file_is_untouched(tmp_path: Path) -> None:
    path, cache = tmp_path / "weights.gguf", tmp_path / "cache"
    path.write_bytes(b"weights")
    first = file_sha256(path, cache)
    before = path.stat()
    path.write_bytes(b"WEIGHTS")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file_sha256(path, cache) == first  # by size and time it is the same file
    os.utime(path, ns=(1, 1))
    assert file_sha256(path, cache) == hashlib.sha256(b"WEIGHTS").hexdigest()
