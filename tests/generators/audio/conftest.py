"""What the tests of voices share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def vits_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VITS voice of a few thousand random weights, saved as transformers saves real ones."""
    import json

    import torch
    from transformers import VitsConfig, VitsModel, VitsTokenizer

    folder = tmp_path_factory.mktemp("vits")
    letters = ["<pad>", "<unk>", *"abcdefghijklmnopqrstuvwxyz' -"]
    vocabulary = folder / "letters.json"
    vocabulary.write_text(json.dumps({letter: number for number, letter in enumerate(letters)}))
    tokenizer = VitsTokenizer(
        str(vocabulary), pad_token="<pad>", unk_token="<unk>", language="eng", phonemize=False
    )
    config = VitsConfig(
        vocab_size=len(letters),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        window_size=4,
        ffn_dim=16,
        flow_size=16,
        spectrogram_bins=17,
        upsample_initial_channel=16,
        upsample_rates=[4, 4],
        upsample_kernel_sizes=[8, 8],
        resblock_kernel_sizes=[3],
        resblock_dilation_sizes=[[1]],
        prior_encoder_num_flows=1,
        posterior_encoder_num_wavenet_layers=1,
        prior_encoder_num_wavenet_layers=1,
        duration_predictor_num_flows=1,
        depth_separable_num_layers=1,
        duration_predictor_filter_channels=16,
    )
    torch.manual_seed(0)
    VitsModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def piper_file(models_home: Path) -> Path:
    path = models_home / "piper-en-us-joe-medium" / "en_US-joe-medium.onnx"
    if not path.is_file():
        pytest.fail(f"There is no {path}. Get it with `refdesk models pull piper-en-us-joe-medium`.")
    return path


@pytest.fixture(scope="session")
def whisper_folder(models_home: Path) -> Path:
    path = models_home / "faster-whisper-tiny"
    if not path.is_dir():
        pytest.fail(f"There is no {path}. Get it with `refdesk models pull faster-whisper-tiny`.")
    return path


@pytest.fixture(scope="session")
def musicgen_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.generators.audio.small_musicgen import small_musicgen

    return small_musicgen(tmp_path_factory.mktemp("music") / "small-musicgen")
