"""The commands over model files. What `machine` does behind them has its own tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import machine
from machine import DownloadFailed, ModelFiles, Progress, ProgressListener, load_catalogue

EMBEDDER = "all-minilm-l6-v2"
VOICE = "piper-en-us-joe-medium"


@pytest.fixture
def pulled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[str, ...]]]:
    """What was pulled, by a `machine.pull` that has the embedder and fails for all else."""
    calls: list[tuple[str, tuple[str, ...]]] = []

    def pull(id: str, progress: ProgressListener, sources: Sequence[str]) -> ModelFiles:
        calls.append((id, tuple(sources)))
        progress(Progress(id, "hub", "The hub does not answer: the wheels are used", 0, 100))
        if id != EMBEDDER:
            raise DownloadFailed(f"{id} could not be fetched.")
        return ModelFiles(load_catalogue().model(id), Path("here"), Path("here"))

    monkeypatch.setattr(machine, "pull", pull)
    return calls


@pytest.mark.parametrize("arguments", [["models"], ["models", "list"]])
def test_models_are_listed_with_their_state(refdesk, arguments: list[str]) -> None:
    said = refdesk(*arguments, "--json")
    assert said.exit_code == 0
    listing = {entry["id"]: entry for entry in said.json()["models"]}
    assert list(listing) == [model.id for model in load_catalogue().models]
    assert (listing[EMBEDDER]["state"], listing[EMBEDDER]["default"]) == ("missing", True)
    assert "refdesk models pull" in refdesk(*arguments).stdout


def test_pull_gets_the_default_models_and_goes_on_after_a_failure(refdesk, pulled) -> None:
    said = refdesk("models", "pull", "--json")
    assert said.exit_code == 1
    assert [id for id, _ in pulled] == [model.id for model in load_catalogue().defaults()]
    outcomes = {entry["id"]: entry for entry in said.json()["models"]}
    assert outcomes[EMBEDDER]["ok"] is True
    assert [entry["kind"] for entry in outcomes.values() if not entry["ok"]] == ["DownloadFailed"]
    assert "The hub does not answer: the wheels are used" in said.stderr
    assert "could not be fetched." in said.stderr


def test_pull_takes_ids_and_one_source(refdesk, pulled) -> None:
    said = refdesk("models", "pull", EMBEDDER, "--from", "wheels")
    assert said.exit_code == 0
    assert pulled == [(EMBEDDER, ("wheels",))]
    assert f"{EMBEDDER} is here and whole" in said.stdout


def test_an_unknown_id_is_wrong_use_before_anything_is_pulled(refdesk, pulled) -> None:
    said = refdesk("models", "pull", EMBEDDER, "nosuch")
    assert said.exit_code == 2
    assert pulled == []


def test_verify_finds_a_damaged_model(refdesk, modelless: Path) -> None:
    assert refdesk("models", "verify").exit_code == 0
    for file in load_catalogue().model(VOICE).files:
        place = modelless / "models" / VOICE / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"something else")
    said = refdesk("models", "verify", "--json")
    assert said.exit_code == 1
    assert [(entry["id"], entry["kind"]) for entry in said.json()["models"]] == [(VOICE, "ModelDamaged")]


def test_remove_says_how_much_room_it_made(refdesk, modelless: Path) -> None:
    assert refdesk("models", "remove", VOICE).exit_code == 2
    folder = modelless / "models" / VOICE
    folder.mkdir(parents=True)
    (folder / "voice.onnx").write_bytes(bytes(2_000_000))
    assert refdesk("models", "remove", VOICE).stdout == f"Removed {VOICE}: 2.0 MB freed.\n"


def test_a_bundle_that_cannot_be_is_wrong_use(refdesk, tmp_path: Path) -> None:
    assert refdesk("models", "bundle", tmp_path / "out.tar").exit_code == 2
    no_bundle = tmp_path / "in.tar"
    no_bundle.write_bytes(b"no tar")
    said = refdesk("models", "unbundle", no_bundle, "--json")
    assert (said.exit_code, said.json()["error"]["kind"]) == (2, "BundleRefused")
