from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from ingest.embedding.weights import weights_sha256
from ingest.errors import IngestError
from machine import file_hashes


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_is_the_sha256_of_the_weights(model: Path, tmp_path: Path) -> None:
    assert weights_sha256(model, tmp_path / "cache") == hashlib.sha256(b"weights").hexdigest()


def test_is_computed_once(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = weights_sha256(model, tmp_path / "cache")
    monkeypatch.setattr(file_hashes.hashlib, "file_digest", None)
    assert weights_sha256(model, tmp_path / "cache") == first


def test_other_weights_have_another_hash(model: Path, tmp_path: Path) -> None:
    weights_sha256(model, tmp_path / "cache")
    file = model / "model.safetensors"
    status = file.stat()
    file.write_bytes(b"sthgiew")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert weights_sha256(model, tmp_path / "cache") == hashlib.sha256(b"sthgiew").hexdigest()


@pytest.mark.parametrize("content", ["", "[]", '{"x": 1}', "\x00"])
def test_a_damaged_cache_is_no_trouble(content: str, model: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    weights_sha256(model, cache)
    (cache / "weights-hashes.json").write_text(content, encoding="utf-8")
    assert weights_sha256(model, cache) == hashlib.sha256(b"weights").hexdigest()


def test_a_cache_that_cannot_be_written_is_no_trouble(model: Path, tmp_path: Path) -> None:
    no_folder = tmp_path / "a file"
    no_folder.touch()
    assert weights_sha256(model, no_folder) == hashlib.sha256(b"weights").hexdigest()


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match=r"holds no model\.safetensors"):
        weights_sha256(tmp_path, tmp_path / "cache")


def test_further_modules_and_parts_count(model: Path, tmp_path: Path) -> None:
    alone = weights_sha256(model, tmp_path / "cache")
    (model / "2_Dense").mkdir()
    (model / "2_Dense" / "model.safetensors").write_bytes(b"dense")
    with_dense = weights_sha256(model, tmp_path / "cache")
    (model / "model.safetensors").rename(model / "model-00001-of-00002.safetensors")
    (model / "model-00002-of-00002.safetensors").write_bytes(b"more")
    in_parts = weights_sha256(model, tmp_path / "cache")
    assert len({alone, with_dense, in_parts}) == 3
    assert weights_sha256(model, tmp_path / "other cache") == in_parts


@pytest.mark.parametrize("place", [".", "2_Dense"])
def test_pickled_weights_are_refused_with_what_to_do(place: str, model: Path, tmp_path: Path) -> None:
    if place == ".":
        (model / "model.safetensors").unlink()
    (model / place).mkdir(exist_ok=True)
    (model / place / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(IngestError, match=r"pytorch_model\.bin is a pickle.*save_pretrained"):
        weights_sha256(model, tmp_path / "cache")


def test_a_pickle_beside_the_weights_does_no_harm(model: Path, tmp_path: Path) -> None:
    (model / "pytorch_model.bin").write_bytes(b"pickle")
    assert weights_sha256(model, tmp_path / "cache") == hashlib.sha256(b"weights").hexdigest()
