"""What every extractor keeps to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from evaluation.images.assembly import build_extractor
from evaluation.images.protocol import FeatureExtractor
from generators.errors import EngineMissing, GeneratorError, ModelUnusable
from tests.evaluation.images.small_networks import (
    FeaturesAlone,
    PublishedForm,
    WithLogits,
    classifier_folder,
    clip_folder,
    save_script,
)

Build = Callable[[Path], str]
KINDS: dict[str, tuple[Build, int, int | None]] = {
    "pixels": (lambda place: "pixels", 12, 3),
    "inception": (lambda place: f"inception:{save_script(PublishedForm(), place / 'net.pt')}", 6, 5),
    "script with classes": (lambda place: f"torchscript:{save_script(WithLogits(), place / 'net.pt')}", 4, 4),
    "script": (lambda place: f"torchscript:{save_script(FeaturesAlone(), place / 'net.pt')}", 3, None),
    "classifier": (lambda place: f"transformers:{classifier_folder(place / 'vit')}", 16, 5),
    "clip": (lambda place: f"transformers:{clip_folder(place / 'clip')}", 16, None),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def extractor(kind: str, tmp_path: Path) -> FeatureExtractor:
    return build_extractor(KINDS[kind][0](tmp_path), tmp_path / "cache", "cpu")


def pictures() -> list[Image.Image]:
    chance = np.random.default_rng(0)
    sizes = ((40, 40), (64, 48), (40, 40))
    return [
        Image.fromarray(chance.integers(0, 256, (height, width, 3), dtype=np.uint8))
        for width, height in sizes
    ]


def test_shapes_and_numbers(kind: str, extractor: FeatureExtractor) -> None:
    seen = extractor.extract(pictures())
    _, dimensions, classes = KINDS[kind]

    assert seen.features.shape == (3, dimensions)
    assert seen.features.dtype == np.float64
    assert np.isfinite(seen.features).all()
    if classes is None:
        assert seen.probabilities is None
    else:
        assert seen.probabilities is not None
        assert seen.probabilities.shape == (3, classes)
        assert seen.probabilities.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_a_picture_is_seen_alike_in_any_batch(extractor: FeatureExtractor) -> None:
    together = extractor.extract(pictures()).features
    alone = np.concatenate([extractor.extract([picture]).features for picture in pictures()])

    assert alone == pytest.approx(together, abs=1e-5)
    assert np.abs(together[0] - together[2]).max() > 1e-6


def test_its_weights_are_named(kind: str, extractor: FeatureExtractor) -> None:
    assert extractor.id.partition(":")[0] in ("pixels", "inception", "torchscript", "transformers")
    assert extractor.sha256 is None if kind == "pixels" else len(extractor.sha256 or "") == 64


def test_closed_it_sees_nothing(extractor: FeatureExtractor) -> None:
    extractor.close()
    with pytest.raises(GeneratorError, match="closed"):
        extractor.extract(pictures())


def test_inception_s_scores_are_without_the_last_bias(tmp_path: Path) -> None:
    network = PublishedForm()
    network.output.bias.data[:] = 50
    one = build_extractor(f"inception:{save_script(network, tmp_path / 'a.pt')}", tmp_path, "cpu")
    network.output.bias.data[:] = 0
    other = build_extractor(f"inception:{save_script(network, tmp_path / 'b.pt')}", tmp_path, "cpu")

    assert one.extract(pictures()).probabilities == pytest.approx(other.extract(pictures()).probabilities)


def test_what_is_missing_is_told_with_what_to_get(tmp_path: Path) -> None:
    for name in ("inception:none.pt", "transformers:nowhere", "resnet", "inception:"):
        with pytest.raises(ModelUnusable, match=r"inception-2015-12-05\.pt"):
            build_extractor(name, tmp_path)


def test_another_network_is_not_taken_for_inception(tmp_path: Path) -> None:
    name = f"inception:{save_script(FeaturesAlone(), tmp_path / 'net.pt')}"
    with pytest.raises(ModelUnusable, match="is not the published Inception"):
        build_extractor(name, tmp_path, "cpu").extract(pictures())


class StandInInception(nn.Module):
    """In torchvision's place: the parts of its inception_v3 that are used."""

    def __init__(self, **options: object) -> None:
        super().__init__()
        self.see = nn.Conv2d(3, 7, 32, stride=32)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(7, 4)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.fc(self.avgpool(self.see(pixels)).flatten(1))
        return logits


def test_torchvision_s_weights_give_what_is_pooled_and_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = ModuleType("torchvision.models")
    models.inception_v3 = StandInInception  # type: ignore[attr-defined]  # a module made for this test
    monkeypatch.setitem(sys.modules, "torchvision", ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)
    network = StandInInception()
    save_file(network.state_dict(), tmp_path / "net.safetensors")
    save_file({"other": torch.zeros(1)}, tmp_path / "other.safetensors")

    seen = build_extractor(f"inception:{tmp_path / 'net.safetensors'}", tmp_path, "cpu").extract(pictures())

    assert seen.features.shape == (3, 7)
    logits = torch.from_numpy(seen.features).float() @ network.fc.weight.T + network.fc.bias
    assert seen.probabilities == pytest.approx(logits.softmax(dim=1).detach().numpy(), abs=1e-5)
    with pytest.raises(ModelUnusable, match="no weights of torchvision's inception_v3"):
        build_extractor(f"inception:{tmp_path / 'other.safetensors'}", tmp_path, "cpu").extract(pictures())


def test_torchvision_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision.models", None)
    save_file({"other": torch.zeros(1)}, tmp_path / "net.safetensors")
    with pytest.raises(EngineMissing, match="needs torchvision"):
        build_extractor(f"inception:{tmp_path / 'net.safetensors'}", tmp_path, "cpu").extract(pictures())


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "net.pt").write_bytes(b"no network")
    with pytest.raises(ModelUnusable, match="cannot be loaded"):
        build_extractor(f"torchscript:{tmp_path / 'net.pt'}", tmp_path, "cpu").extract(pictures())


def test_pickled_weights_are_not_opened(tmp_path: Path) -> None:
    folder = classifier_folder(tmp_path / "vit")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelUnusable, match="pickles"):
        build_extractor(f"transformers:{folder}", tmp_path)
