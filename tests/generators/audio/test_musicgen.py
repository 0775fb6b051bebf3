"""MusicGen itself: how it is found, what it plays, and what is said where it cannot."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generators.audio import musicgen_loading
from generators.audio.assembly import build_music_maker, music_weights_sha256
from generators.audio.music import MusicRequest
from generators.audio.musicgen import MusicgenMaker
from generators.audio.settings import MusicSettings
from generators.errors import GenerationFailed, ModelUnusable
from machine.errors import HubUnreachable
from tests.generators.audio.small_musicgen import (
    FRAME_RATE,
    GUIDANCE,
    HOP,
    MOST_FRAMES,
    SAMPLE_RATE,
    small_musicgen,
)

_PROMPT = "nine and ten"


@pytest.fixture(scope="module")
def maker(musicgen_folder: Path) -> MusicgenMaker:
    return MusicgenMaker(str(musicgen_folder), device="cpu")


def played(maker: MusicgenMaker, **request: Any) -> bytes:
    return maker.make(MusicRequest(**{"prompt": _PROMPT, "seconds": 0.2, **request})).samples.tobytes()


def test_it_plays_what_transformers_own_call_plays(maker: MusicgenMaker, musicgen_folder: Path) -> None:
    import torch
    from transformers import AutoTokenizer, MusicgenForConditionalGeneration

    model = MusicgenForConditionalGeneration.from_pretrained(musicgen_folder)
    inputs = AutoTokenizer.from_pretrained(musicgen_folder)(_PROMPT, return_tensors="pt")
    frames = 20
    for scale in (1.0, 4.0):
        torch.manual_seed(9)
        own = model.generate(
            **inputs, do_sample=True, guidance_scale=scale, top_k=250, max_new_tokens=frames + 3
        )
        made = maker.make(MusicRequest(_PROMPT, frames / FRAME_RATE, guidance_scale=scale, seed=9))
        assert made.samples.shape == (frames * HOP,)
        np.testing.assert_allclose(made.samples, own[0, 0].numpy(), atol=1e-6)


def test_without_guidance_the_model_is_asked_for_one_sound_at_a_time(maker: MusicgenMaker) -> None:
    decoder = maker._load().model.decoder
    batches: list[int] = []
    hook = decoder.register_forward_pre_hook(
        lambda _, arguments, named: batches.append(named["input_ids"].shape[0] // decoder.num_codebooks),
        with_kwargs=True,
    )
    played(maker, guidance_scale=1)
    assert set(batches) == {1}
    batches.clear()
    played(maker, guidance_scale=2)
    assert set(batches) == {2}
    hook.remove()


def test_what_is_not_said_is_as_the_models_files_and_authors_have_it(maker: MusicgenMaker) -> None:
    made = maker.make(MusicRequest(_PROMPT, 0.2))
    assert dict(made.settings) == {
        "seconds": "0.2",
        "guidance scale": f"{GUIDANCE:g}",
        "temperature": "1",
        "top k": "250",
        "computed on": "cpu",
    }
    assert played(maker) == played(maker, guidance_scale=GUIDANCE, temperature=1, top_k=250)


def test_what_others_draw_is_as_if_nothing_was_played(maker: MusicgenMaker) -> None:
    import torch

    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    played(maker)
    assert torch.equal(torch.rand(3), expected)


def test_the_longest_sound_is_the_one_its_files_name(maker: MusicgenMaker) -> None:
    assert maker.longest_seconds == MOST_FRAMES / FRAME_RATE
    made = maker.make(MusicRequest(_PROMPT, maker.longest_seconds))
    assert len(made.samples) == MOST_FRAMES * HOP


def test_where_its_files_name_no_longest_sound_its_positions_do(
    tmp_path: Path, musicgen_folder: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(musicgen_folder, folder)
    named = json.loads((folder / "generation_config.json").read_text())
    del named["max_length"], named["guidance_scale"]
    (folder / "generation_config.json").write_text(json.dumps(named))
    maker = MusicgenMaker(str(folder), device="cpu")
    assert maker.longest_seconds == (256 - 4) / FRAME_RATE  # positions, less those that codebooks wait
    assert dict(maker.make(MusicRequest(_PROMPT, 0.1)).settings)["guidance scale"] == "3"


def test_two_channels_stay_two(tmp_path: Path) -> None:
    made = MusicgenMaker(str(small_musicgen(tmp_path, channels=2)), device="cpu").make(
        MusicRequest(_PROMPT, 0.2)
    )
    assert made.samples.shape == (0.2 * SAMPLE_RATE, 2)
    assert (made.samples[:, 0] != made.samples[:, 1]).any()


def test_musicgen_melody_plays_from_a_prompt_alone(tmp_path: Path) -> None:
    made = MusicgenMaker(str(small_musicgen(tmp_path, melody=True)), device="cpu").make(
        MusicRequest(_PROMPT, 0.2)
    )
    assert made.samples.shape == (0.2 * SAMPLE_RATE,)


def test_what_is_too_loud_is_made_quieter_as_a_whole(maker: MusicgenMaker, musicgen_folder: Path) -> None:
    quiet = maker.make(MusicRequest(_PROMPT, 0.2)).samples
    loud = MusicgenMaker(str(musicgen_folder), device="cpu")
    last = loud._load().model.audio_encoder.decoder.layers[-1].conv
    last.parametrizations.weight.original0.data *= 10
    last.bias.data *= 10
    samples = loud.make(MusicRequest(_PROMPT, 0.2)).samples
    assert np.abs(samples).max() == pytest.approx(1)
    np.testing.assert_allclose(samples, quiet / np.abs(quiet).max(), atol=1e-5)


def test_shards_are_read_and_hashed_together(
    tmp_path: Path, musicgen_folder: Path, maker: MusicgenMaker
) -> None:
    folder = small_musicgen(tmp_path / "sharded", shards=True)
    shards = sorted(folder.glob("*.safetensors"))
    assert len(shards) > 1
    assert played(MusicgenMaker(str(folder), device="cpu")) == played(maker)
    whole = music_weights_sha256(MusicSettings(f"musicgen:{musicgen_folder}"), tmp_path)
    assert whole == hashlib.sha256((musicgen_folder / "model.safetensors").read_bytes()).hexdigest()
    lines = [f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in shards]
    assert (
        music_weights_sha256(MusicSettings(f"musicgen:{folder}"), tmp_path)
        == hashlib.sha256("\n".join(lines).encode()).hexdigest()
    )
    assert music_weights_sha256(MusicSettings("scripted"), tmp_path) is None


def test_its_name_in_files_says_no_place(maker: MusicgenMaker) -> None:
    assert maker.id == "musicgen:small-musicgen"
    assert MusicgenMaker("facebook/musicgen-small").id == "musicgen:facebook/musicgen-small"


def said(name: str, **more: Any) -> str:
    with pytest.raises(ModelUnusable) as error:
        MusicgenMaker(name, device="cpu", **more).make(MusicRequest(_PROMPT, 0.1))
    return str(error.value)


@pytest.fixture
def empty_hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))


@pytest.mark.usefixtures("empty_hub_cache")
def test_a_missing_model_is_answered_with_size_licence_and_the_command() -> None:
    words = said("facebook/musicgen-small")
    for part in ("2.4 GB", "CC-BY-NC-4.0", "not for commercial use", "hf download facebook/musicgen-small"):
        assert part in words
    assert "--fetch" in said("somebody/unknown")
    assert "hf download" in said("/no/such/folder")


@pytest.mark.usefixtures("empty_hub_cache")
def test_only_when_told_to_is_the_hub_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    said("facebook/musicgen-small")
    with pytest.raises(HubUnreachable, match="Cannot reach the hub"):
        MusicgenMaker("facebook/musicgen-small", fetch=True).make(MusicRequest(_PROMPT, 0.1))


def test_a_folder_that_is_no_music_model_is_said_to_be_none(tmp_path: Path) -> None:
    assert "it has no config.json" in said(str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    assert "'bert', which plays no music" in said(str(tmp_path))
    (tmp_path / "config.json").write_text("{")
    assert "cannot be read" in said(str(tmp_path))
    assert "a folder is needed" in said(str(tmp_path / "config.json"))
    (tmp_path / "config.json").write_text('{"model_type": "musicgen"}')
    assert "weights" in said(str(tmp_path))
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    assert "pickle files" in said(str(tmp_path))


def test_damaged_and_incomplete_weights_are_said(tmp_path: Path, musicgen_folder: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = tmp_path / "copy"
    shutil.copytree(musicgen_folder, folder)
    weights = folder / "model.safetensors"
    whole = load_file(weights)
    layers = "decoder.model.decoder.layers.0"
    save_file(
        {name: value for name, value in whole.items() if not name.startswith(layers)},
        weights,
        metadata={"format": "pt"},
    )
    assert "incomplete" in said(str(folder))
    weights.write_bytes(weights.read_bytes()[:1000])
    assert "is damaged" in said(str(folder))
    config = json.loads((folder / "config.json").read_text())
    config["decoder"]["hidden_size"] = "wide"
    shutil.copy(musicgen_folder / "model.safetensors", weights)
    (folder / "config.json").write_text(json.dumps(config))
    assert "cannot be loaded" in said(str(folder))


def test_a_model_that_memory_does_not_hold_is_refused(
    musicgen_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(musicgen_loading, "free_bytes_of", lambda _: 1000)
    assert "are free on cpu. Take a smaller model" in said(str(musicgen_folder))


@pytest.mark.parametrize(("free_on_gpu", "taken"), [(2_000_000_000, "cuda"), (1_000_000, "cpu")])
def test_a_gpu_is_taken_where_it_has_the_memory(
    musicgen_folder: Path, monkeypatch: pytest.MonkeyPatch, free_on_gpu: int, taken: str
) -> None:
    free = {"cuda": free_on_gpu, "cpu": 10**10}
    monkeypatch.setattr(musicgen_loading, "free_bytes_of", free.__getitem__)
    monkeypatch.setattr(musicgen_loading, "chosen_device", lambda wanted: "cuda")
    files = MusicgenMaker(str(musicgen_folder)).files
    assert musicgen_loading.device_for(files, "auto") == taken
    if taken == "cpu":
        with pytest.raises(ModelUnusable, match="Take a smaller model, or name --device cpu"):
            musicgen_loading.device_for(files, "cuda")


def test_a_failing_engine_is_said_in_words(musicgen_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    maker = MusicgenMaker(str(musicgen_folder), device="cpu")
    model = maker._load().model
    for error, words in (
        (torch.OutOfMemoryError("full"), "shorter one"),
        (RuntimeError("probability tensor contains nan"), "stopped: probability"),
    ):

        def fail(error: Exception = error, **_: object) -> None:
            raise error

        monkeypatch.setattr(model, "generate", fail)
        with pytest.raises(GenerationFailed, match=words):
            played(maker)
    monkeypatch.setattr(model, "generate", lambda **_: torch.full((1, 1, 99), float("nan")))
    with pytest.raises(GenerationFailed, match="numbers that are none"):
        played(maker)


@pytest.mark.parametrize("model", ["nobody", "musicgen:", "musicgen", "bark:x"])
def test_an_engine_nobody_knows_is_refused(model: str) -> None:
    with pytest.raises(ModelUnusable, match=r"(?s)no music engine .*hf download"):
        build_music_maker(MusicSettings(model)).make(MusicRequest(_PROMPT))
