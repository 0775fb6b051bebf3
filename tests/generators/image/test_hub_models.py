"""Models in the keeping of the hub's client: what an interrupted fetch left is fetched on, and not used."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generators.errors import ModelUnusable
from generators.image.hub_models import hub_folder
from machine import HubUnreachable

_NAME = "stabilityai/sd-turbo"


@pytest.fixture
def kept(text_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The whole model as the client keeps it. The hub cannot be reached."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    keeping = tmp_path / "models--stabilityai--sd-turbo"
    (keeping / "refs").mkdir(parents=True)
    (keeping / "refs" / "main").write_text("0" * 40)
    return Path(shutil.copytree(text_folder, keeping / "snapshots" / ("0" * 40)))


def test_a_whole_model_is_used_and_nothing_connects(kept: Path) -> None:
    assert hub_folder(_NAME, fetch=False) == kept
    assert hub_folder(_NAME, fetch=True) == kept


@pytest.mark.parametrize("left_out", ["unet", "text_encoder", "model_index.json"])
def test_what_an_interrupted_fetch_left_is_fetched_on(kept: Path, left_out: str) -> None:
    part = kept / left_out
    part.unlink() if part.is_file() else shutil.rmtree(part)
    with pytest.raises(ModelUnusable, match=r"2\.6 GB\) is not on this machine. Get it with --fetch"):
        hub_folder(_NAME, fetch=False)
    with pytest.raises(HubUnreachable, match=f"So {_NAME} was not fetched"):
        hub_folder(_NAME, fetch=True)
