"""CLIP scores beside torchmetrics' own, with a small CLIP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from evaluation.images.assembly import build_clip_model
from evaluation.images.clip_score import clip_scores
from generators.errors import ModelUnusable
from tests.evaluation.images.small_networks import classifier_folder, clip_folder

PROMPTS = ["a red square", "blue", "nothing that was ever seen"]


def pictures() -> list[Image.Image]:
    chance = np.random.default_rng(2)
    return [Image.fromarray(chance.integers(0, 256, (32, 32, 3), dtype=np.uint8)) for _ in PROMPTS]


def test_scores_are_a_hundred_cosines_cut_at_nothing() -> None:
    texts = np.array([[1.0, 0.0], [1.0, 1.0], [-1.0, 0.0]])

    scores = clip_scores(np.array([[2.0, 0.0], [3.0, 0.0], [1.0, 0.0]]), texts)

    assert scores == pytest.approx([100, 100 / np.sqrt(2), 0])


def test_scores_are_those_of_torchmetrics_on_the_same_model(tmp_path: Path) -> None:
    from torchmetrics.functional.multimodal import clip_score
    from transformers import AutoImageProcessor, AutoTokenizer, CLIPModel

    folder = clip_folder(tmp_path / "clip")
    inner = CLIPModel.from_pretrained(folder)

    class AsTensors:
        """torchmetrics was written for a transformers whose calls gave tensors."""

        config = inner.config

        def to(self, device: object) -> AsTensors:
            return self

        def get_image_features(self, pixels: torch.Tensor) -> torch.Tensor:
            return inner.get_image_features(pixels).pooler_output

        def get_text_features(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            return inner.get_text_features(ids, mask).pooler_output

    def prepare(text: Any = None, images: Any = None, **options: Any) -> Any:
        if text is not None:
            return AutoTokenizer.from_pretrained(folder)(text, **options)
        return AutoImageProcessor.from_pretrained(folder, backend="pil")(images, return_tensors="pt")

    model = build_clip_model(folder, tmp_path, "cpu")
    scores = clip_scores(model.pictures(pictures()), model.texts(PROMPTS))

    for picture, prompt, score in zip(pictures(), PROMPTS, scores, strict=True):
        pixels = torch.from_numpy(np.asarray(picture).transpose(2, 0, 1).copy())
        theirs = clip_score(pixels, prompt, lambda: (AsTensors(), prepare))
        assert score == pytest.approx(float(theirs.detach()), abs=1e-3)


def test_prompts_of_any_length_are_read(tmp_path: Path) -> None:
    model = build_clip_model(clip_folder(tmp_path / "clip"), tmp_path, "cpu")

    assert model.most_tokens == 77
    assert model.is_too_long("x" * 100)
    assert not model.is_too_long("x" * 75)
    assert np.isfinite(model.texts(["x" * 100, "y"])).all()


def test_what_is_missing_is_told_with_what_to_get(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="openai/clip-vit-base-patch32"):
        build_clip_model(tmp_path / "nowhere", tmp_path)
    other = build_clip_model(classifier_folder(tmp_path / "vit"), tmp_path, "cpu")
    with pytest.raises(ModelUnusable, match="no CLIP model"):
        other.texts(["a"])
