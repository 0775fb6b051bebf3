from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from machine import (
    Catalogue,
    ModelDamaged,
    ModelMissing,
    ModelUnreadable,
    Progress,
    UnknownModel,
    find,
    remove,
    resolve,
    state,
    verify,
)
from machine import verification as verification_module

Put = Callable[[str, dict[str, bytes]], Path]


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every file that is read for its hash."""
    paths: list[Path] = []
    real = verification_module.sha256_of

    def listening(path: Path, *rest: Callable[[int], None]) -> str:
        paths.append(path)
        return real(path, *rest)

    monkeypatch.setattr(verification_module, "sha256_of", listening)
    return paths


def test_a_missing_model_says_how_to_get_it(catalogue: Catalogue) -> None:
    assert state("tiny-language", catalogue) == "missing"
    with pytest.raises(ModelMissing, match="refdesk models pull tiny-language"):
        find("tiny-language", catalogue)


def test_files_put_there_by_hand_are_hashed_once(
    catalogue: Catalogue, put: Put, contents: dict[str, bytes], hashed: list[Path]
) -> None:
    folder = put("tiny-embedder", contents)
    found = find("tiny-embedder", catalogue)
    assert (found.folder, found.entry) == (folder, folder)
    assert len(hashed) == len(contents)
    assert find("tiny-embedder", catalogue) == found
    assert state("tiny-embedder", catalogue) == "here"
    assert len(hashed) == len(contents)


def test_verifying_hashes_again_and_tells_how_far(
    catalogue: Catalogue, put: Put, contents: dict[str, bytes], hashed: list[Path], events: list[Progress]
) -> None:
    put("tiny-embedder", contents)
    find("tiny-embedder", catalogue)
    verify("tiny-embedder", events.append, catalogue)
    assert len(hashed) == 2 * len(contents)
    assert events[-1].done_bytes == events[-1].total_bytes == sum(map(len, contents.values()))


def test_a_changed_file_is_found_out_though_its_size_stayed(
    catalogue: Catalogue, put: Put, contents: dict[str, bytes]
) -> None:
    folder = put("tiny-embedder", contents)
    find("tiny-embedder", catalogue)
    (folder / "config.json").write_bytes(contents["config.json"].swapcase())
    os.utime(folder / "config.json", (1, 1))
    with pytest.raises(ModelDamaged, match=r"config\.json is damaged: its sha256.*models pull tiny-embedder"):
        find("tiny-embedder", catalogue)
    assert state("tiny-embedder", catalogue) == "damaged"


def test_a_truncated_file_is_found_out_without_hashing(
    catalogue: Catalogue, put: Put, contents: dict[str, bytes], hashed: list[Path]
) -> None:
    put("tiny-embedder", {**contents, "config.json": b"{"})
    with pytest.raises(ModelDamaged, match="1 bytes where 20 are expected"):
        find("tiny-embedder", catalogue)
    assert not [path for path in hashed if path.name == "config.json" and path.parent.name == "tiny-embedder"]


def test_a_model_with_some_files_is_partial(catalogue: Catalogue, put: Put) -> None:
    put("tiny-embedder", {"config.json": b"{}"})
    assert state("tiny-embedder", catalogue) == "partial"
    with pytest.raises(ModelMissing, match="1 of its 3 files are in"):
        find("tiny-embedder", catalogue)


def test_an_unreadable_seal_costs_a_hash_and_nothing_else(
    catalogue: Catalogue, put: Put, contents: dict[str, bytes]
) -> None:
    folder = put("tiny-embedder", contents)
    (folder / ".verified.json").write_text("{")
    assert find("tiny-embedder", catalogue).folder == folder


def test_removing_frees_what_was_there(catalogue: Catalogue, put: Put, contents: dict[str, bytes]) -> None:
    folder = put("tiny-embedder", contents)
    assert remove("tiny-embedder", catalogue) == sum(map(len, contents.values()))
    assert not folder.exists()
    with pytest.raises(ModelMissing, match="nothing to remove"):
        remove("tiny-embedder", catalogue)


def test_an_id_resolves_to_what_its_engine_is_given(
    catalogue: Catalogue, put: Put, contents: dict[str, bytes], joined_content: bytes
) -> None:
    language = put("tiny-language", {"tiny.gguf": joined_content})
    embedder = put("tiny-embedder", contents)
    assert resolve("tiny-language", catalogue=catalogue) == language / "tiny.gguf"
    assert resolve("tiny-embedder", "embedder", catalogue) == embedder


def test_an_id_of_another_kind_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(
        ModelUnreadable, match="is an embedder model where a language model is needed: tiny-language"
    ):
        resolve("tiny-embedder", "language", catalogue)


def test_a_path_resolves_to_itself(catalogue: Catalogue, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(b"GGUF and more")
    assert resolve(str(file), "language", catalogue) == file
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text("{}")
    assert resolve(str(tmp_path / "mine"), "embedder", catalogue) == tmp_path / "mine"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("absent.gguf", None, "no model at"),
        ("empty.gguf", b"", "is empty"),
        ("a.gguf", b"PK\3\4", "no GGUF model"),
    ],
)
def test_a_path_to_no_model_gets_words(
    catalogue: Catalogue, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelUnreadable, match=words):
        resolve(str(tmp_path / name), catalogue=catalogue)


def test_a_folder_without_a_model_gets_words(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(ModelUnreadable, match="holds no model"):
        resolve(str(tmp_path), catalogue=catalogue)


def test_a_name_that_is_neither_id_nor_path_lists_the_ids(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownModel, match=r"tiny-language, tiny-embedder\. A path"):
        resolve("tiny-languge", catalogue=catalogue)


def test_a_name_that_is_no_embedder_lists_embedders_alone(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownModel, match=r"knows: tiny-embedder\. The folder of a sentence-transformers"):
        resolve("nosuch", "embedder", catalogue)
    with pytest.raises(UnknownModel, match=r"knows: tiny-language\. A path to a GGUF file works"):
        resolve("nosuch", "language", catalogue)
