"""GANs, translators and autoencoders from a file and its sidecar."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generators.errors import GenerationFailed, ModelUnusable, RequestUnusable
from generators.image.assembly import build_autoencoder, build_image_maker
from generators.image.latents import latent_path, seeded_latent
from generators.image.protocol import (
    FromLatent,
    FromText,
    ImageMaker,
    ImageRequest,
    LatentPath,
    StepDone,
    Translation,
)
from generators.image.settings import ImageSettings
from tests.generators.image.conftest import digests
from tests.generators.image.small_networks import (
    LATENT,
    ByClass,
    Doubler,
    Halver,
    Inverter,
    dcgan_file,
    onnx_file,
    sidecar,
    torch_script,
)


def opened(file: Path) -> ImageMaker:
    return build_image_maker(ImageSettings(str(file)))


def dcgan(folder: Path) -> ImageMaker:
    dcgan_file(folder / "g.safetensors")
    content = (
        f'kind = "generator"\nweights = "g.safetensors"\narchitecture = "DCGAN"\nlatent = [{LATENT}, 1, 1]'
    )
    return opened(sidecar(folder, content))


def onnx(folder: Path) -> ImageMaker:
    pytest.importorskip("onnxruntime")
    onnx_file(folder / "g.onnx")
    return opened(sidecar(folder, f'kind = "generator"\nweights = "g.onnx"\nlatent = [{LATENT}]'))


def by_class(folder: Path) -> ImageMaker:
    example = (torch.zeros(1, LATENT), torch.zeros(1, dtype=torch.int64), torch.ones(1))
    torch_script(ByClass(), folder / "g.pt", *example)
    content = (
        f'kind = "generator"\nweights = "g.pt"\nlatent = [{LATENT}]\nlabels = ["cat", "dog"]\n'
        "truncation_input = true"
    )
    return opened(sidecar(folder, content))


@pytest.fixture(params=[dcgan, onnx, by_class], ids=["dcgan", "onnx", "by class"])
def generator(request: pytest.FixtureRequest, tmp_path: Path) -> ImageMaker:
    made: ImageMaker = request.param(tmp_path)
    return made


def one(maker: ImageMaker, start: FromLatent | LatentPath, seed: int = 5, count: int = 1) -> list[str]:
    return digests(maker.make(ImageRequest(start=start, seed=seed, count=count)))


def test_a_seed_makes_its_picture(generator: ImageMaker) -> None:
    assert one(generator, FromLatent(), count=2) == [
        *one(generator, FromLatent(), 5),
        *one(generator, FromLatent(), 6),
    ]
    assert one(generator, FromLatent(), 5) != one(generator, FromLatent(), 6)
    made = generator.make(ImageRequest(start=FromLatent())).pictures[0].picture
    assert (made.size, made.mode) == ((8, 8), "RGB")


def test_an_interpolation_ends_in_its_two_pictures(generator: ImageMaker) -> None:
    way = one(generator, LatentPath(last_seed=9), seed=5, count=5)
    assert [way[0], way[-1]] == [*one(generator, FromLatent(), 5), *one(generator, FromLatent(), 9)]
    assert len(set(way)) == 5
    with pytest.raises(RequestUnusable, match="2 pictures or more"):
        one(generator, LatentPath(last_seed=9))


def test_truncation_brings_pictures_together(generator: ImageMaker) -> None:
    def spread(truncation: float) -> float:
        request = ImageRequest(start=FromLatent(truncation=truncation), count=4)
        pictures = [np.asarray(made.picture, dtype=float) for made in generator.make(request).pictures]
        return float(np.std(pictures, axis=0).mean())

    assert 0 == spread(0.0) < spread(0.5) < spread(1.0)


def test_progress_and_stopping(generator: ImageMaker) -> None:
    told: list[StepDone] = []
    made = generator.make(ImageRequest(start=FromLatent(), count=3), told.append, lambda: len(told) == 2)
    assert (len(made.pictures), made.interrupted) == (2, True)
    generator.close()
    with pytest.raises(GenerationFailed, match="was closed"):
        generator.make(ImageRequest(start=FromLatent()))


def test_classes_by_number_and_name(tmp_path: Path) -> None:
    maker = by_class(tmp_path)
    assert maker.capabilities.labels == 2
    assert one(maker, FromLatent("dog")) == one(maker, FromLatent(1)) != one(maker, FromLatent("cat"))
    assert dict(maker.make(ImageRequest(start=FromLatent("dog"))).pictures[0].settings)["class"] == "dog"
    for label, says in ((2, "no class 2"), ("cow", "no class 'cow'. There are: cat, dog")):
        with pytest.raises(RequestUnusable, match=says):
            one(maker, FromLatent(label))


def test_what_a_generator_cannot_do_is_said(tmp_path: Path) -> None:
    maker = dcgan(tmp_path)
    for request, says in (
        (ImageRequest("a house", start=FromText()), "cannot draw from a prompt"),
        (ImageRequest(start=FromLatent(0)), "knows no classes"),
        (ImageRequest(start=FromLatent(), size=(64, 64)), "a size of its own"),
    ):
        with pytest.raises(RequestUnusable, match=says):
            maker.make(request)


def test_a_translator_turns_a_picture_into_another(tmp_path: Path) -> None:
    torch_script(Inverter(), tmp_path / "t.pt", torch.zeros(1, 3, 8, 8))
    content = 'kind = "translator"\nweights = "t.pt"\nsize = [16, 8]'
    made = opened(sidecar(tmp_path, content)).make(
        ImageRequest(start=Translation(Image.new("RGB", (16, 8), (255, 0, 55))))
    )
    assert made.pictures[0].picture.getcolors() == [(16 * 8, (0, 255, 200))]  # 255 - each


@pytest.fixture
def halving(tmp_path: Path) -> Path:
    torch_script(Halver(), tmp_path / "e.pt", torch.zeros(1, 1, 8, 8))
    torch_script(Doubler(), tmp_path / "d.pt", torch.zeros(1, 1, 4, 4))
    content = 'kind = "autoencoder"\nencoder = "e.pt"\ndecoder = "d.pt"\n'
    content += "size = [8, 8]\nchannels = 1\nrange = [0.0, 1.0]"
    return sidecar(tmp_path, content)


def test_an_autoencoder_loses_what_it_cannot_carry(halving: Path) -> None:
    network = build_autoencoder(halving)
    plain = Image.new("RGB", (8, 8), (100, 100, 100))
    board = Image.fromarray((np.indices((8, 8)).sum(axis=0) % 2 * 255).astype(np.uint8))
    assert network.encode(plain).shape == (1, 1, 4, 4)
    assert network.reconstruct(plain).getcolors() == [(64, (100, 100, 100))]
    assert network.reconstruction_error(plain) == pytest.approx(0)
    assert network.reconstruction_error(board) == pytest.approx(0.5**2)  # all pixels become half
    assert opened(halving).make(ImageRequest(start=Translation(plain))).pictures[0].picture.getcolors() == [
        (64, (100, 100, 100))
    ]


def test_the_vae_of_stable_diffusion_encodes_without_chance(tmp_path: Path, photograph: Image.Image) -> None:
    pytest.importorskip("diffusers")
    from tests.generators.image.small_pipelines import autoencoder

    autoencoder(tmp_path / "vae")
    content = 'kind = "autoencoder"\nweights = "vae"\narchitecture = "AutoencoderKL"\nsize = [32, 32]'
    network = build_autoencoder(sidecar(tmp_path, content))
    latents = network.encode(photograph)
    assert latents.shape == (1, 4, 8, 8)
    assert np.array_equal(latents, network.encode(photograph))
    assert network.decode(latents).size == (32, 32)
    assert 0 < network.reconstruction_error(photograph) <= 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('weights = "w.pt"', "'kind' is missing"),
        ('kind = "painter"', "it may be generator"),
        ('kind = "generator"\nweights = "none.pt"\nlatent = [1]', "there is no"),
        ('kind = "generator"\nweights = "w.pt"', "'latent' is missing"),
        ('kind = "translator"\nweights = "w.pt"\nrange = [1, 0]', "range is from 1 to 0"),
        ('kind = "translator"\nweights = "w.pt"\ncolour = 1', "no setting 'colour'"),
        ("kind", "is wrong"),
        ('kind = "translator"\nweights = "w.pt"', "cannot be loaded"),
        ('kind = "generator"\nweights = "w.safetensors"\nlatent = [1]', "holds weights alone"),
    ],
)
def test_what_is_wrong_with_a_sidecar_or_its_weights_is_said(tmp_path: Path, content: str, says: str) -> None:
    for name in ("w.pt", "w.safetensors"):
        (tmp_path / name).write_bytes(b"no network")
    file = sidecar(tmp_path, content)
    start = FromLatent() if "generator" in content else Translation(Image.new("RGB", (8, 8)))
    with pytest.raises(ModelUnusable, match=says):
        opened(file).make(ImageRequest(start=start))


def test_a_path_keeps_the_length_of_its_vectors() -> None:
    first, last = (np.array(ends, dtype=np.float32) for ends in ([1, 0], [0, 1]))
    way = latent_path(first, last, 3)
    assert way[0] is first
    assert way[2] is last
    assert way[1] == pytest.approx([2**-0.5, 2**-0.5])  # half of a right angle
    assert latent_path(first, first, 3)[1] == pytest.approx(first)
    assert np.array_equal(seeded_latent((3,), 7), seeded_latent((3,), 7))
