"""Networks with random weights, in the forms that extractors read."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import nn


class PublishedForm(nn.Module):
    """Called as the published Inception is: pixels of 0..255, features or probabilities."""

    def __init__(self) -> None:
        super().__init__()
        self.see = nn.Conv2d(3, 6, 16, stride=16)
        self.output = nn.Linear(6, 5)

    def forward(
        self, img: torch.Tensor, return_features: bool = False, no_output_bias: bool = False
    ) -> torch.Tensor:
        features = self.see(img.float() / 128 - 1).mean(dim=[2, 3])
        if return_features:
            return features
        logits = torch.matmul(features, self.output.weight.t())
        if not no_output_bias:
            logits = logits + self.output.bias
        return logits.softmax(dim=1)


class WithLogits(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.see = nn.Conv2d(3, 4, 32, stride=32)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.see(pixels).mean(dim=[2, 3])
        return features, features * 3


class FeaturesAlone(nn.Module):
    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels.mean(dim=[2, 3])


def save_script(module: nn.Module, file: Path) -> Path:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch would rather have its newer formats
        torch.jit.script(module).save(str(file))
    return file


def clip_folder(folder: Path) -> Path:
    """CLIP, small: pictures of 32 pixels, 77 tokens, letters only."""
    from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTokenizer, CLIPVisionConfig

    torch.manual_seed(5)
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    vocabulary = _vocabulary()
    text = CLIPTextConfig(
        **sizes,
        vocab_size=len(vocabulary),
        bos_token_id=vocabulary["<|startoftext|>"],
        eos_token_id=vocabulary["<|endoftext|>"],
    )
    vision = CLIPVisionConfig(**sizes, image_size=32, patch_size=16)
    config = CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=16)
    CLIPModel(config).save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    CLIPTokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77
    ).save_pretrained(folder)
    _prepare_as_clip(folder)
    return folder


def classifier_folder(folder: Path) -> Path:
    """ViT with 5 classes."""
    from transformers import ViTConfig, ViTForImageClassification

    torch.manual_seed(6)
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = ViTConfig(**sizes, image_size=32, patch_size=16, num_labels=5)
    ViTForImageClassification(config).save_pretrained(folder)
    _prepare_as_clip(folder)
    return folder


def _prepare_as_clip(folder: Path) -> None:
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(
        folder
    )


def _vocabulary() -> dict[str, int]:
    letters = [chr(code) for code in range(33, 127)]
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return {token: number for number, token in enumerate(tokens)}
