"""The options of diffusers' pipelines: each changes what it should, and nothing else."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generators.errors import ModelUnusable, PromptTooLong, RequestUnusable
from generators.image.assembly import build_image_maker, image_weights_sha256
from generators.image.drawing import draw
from generators.image.protocol import (
    Control,
    FromPicture,
    ImageMaker,
    ImageRequest,
    Inpainting,
    Lora,
    StepDone,
)
from generators.image.schedulers import SCHEDULERS
from generators.image.settings import ImageSettings
from tests.generators.image import small_pipelines
from tests.generators.image.conftest import digests, drawn
from tests.generators.image.single_files import single_file

pytest.importorskip("diffusers")
#: The library's own use of other libraries, not ours of it.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:diffusers.*")


def opened(model: Path, **settings: object) -> ImageMaker:
    return build_image_maker(ImageSettings(str(model), device="cpu", **settings))  # type: ignore[arg-type]


def test_without_guidance_the_negative_prompt_does_nothing(maker: ImageMaker) -> None:
    for scale in (0.0, 1.0):
        assert drawn(maker, guidance_scale=scale, negative_prompt="rain") == drawn(
            maker, guidance_scale=scale
        )
    assert drawn(maker, guidance_scale=3.0, negative_prompt="rain") != drawn(maker, guidance_scale=3.0)


def test_guidance_and_steps_change_the_picture(maker: ImageMaker) -> None:
    assert drawn(maker, guidance_scale=3.0) != drawn(maker, guidance_scale=4.0)
    assert drawn(maker, steps=3) != drawn(maker, steps=2)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_every_scheduler_draws_and_leaves_no_trace(maker: ImageMaker, name: str) -> None:
    own = drawn(maker, steps=3)
    assert drawn(maker, steps=3, scheduler=name) == drawn(maker, steps=3, scheduler=name)
    assert drawn(maker, steps=3) == own


def test_schedulers_differ(maker: ImageMaker) -> None:
    names = ("ddim", "dpm++", "euler", "heun", "unipc")
    assert len({drawn(maker, steps=3, scheduler=name) for name in names}) == len(names)


def test_strength_says_how_many_steps_and_how_much_changes(
    maker: ImageMaker, photograph: Image.Image
) -> None:
    told: list[StepDone] = []
    maker.make(ImageRequest(prompt="x", steps=4, start=FromPicture(photograph, 0.5)), told.append)
    assert [(one.step, one.steps) for one in told] == [(1, 2), (2, 2)]  # 4 steps * 0.5
    weak, strong = FromPicture(photograph, 0.5), FromPicture(photograph, 1.0)
    assert drawn(maker, start=weak) != drawn(maker, start=strong)
    with pytest.raises(RequestUnusable, match=r"Of 4 steps a strength of 0\.2 leaves none"):
        maker.make(ImageRequest(prompt="x", steps=4, start=FromPicture(photograph, 0.2)))


def test_a_grey_mask_mixes(maker: ImageMaker) -> None:
    white, black = Image.new("RGB", (32, 32), "white"), Image.new("L", (32, 32), 0)
    assert drawn(maker, start=Inpainting(white, black)) == drawn(
        maker, start=Inpainting(white, black), seed=9
    )
    grey = Image.new("L", (32, 32), 128)
    made = maker.make(ImageRequest(prompt="x", steps=2, start=Inpainting(white, grey))).pictures[0]
    assert np.asarray(made.picture).min() >= 127  # half of it is white


def test_a_lora_changes_the_picture_by_its_weight_and_comes_off(maker: ImageMaker, models: Path) -> None:
    file = small_pipelines.lora_file(models / "lora.safetensors")
    plain = drawn(maker)
    assert drawn(maker, lora=Lora(file, 1.0)) not in (plain, drawn(maker, lora=Lora(file, 0.5)))
    assert drawn(maker, lora=Lora(file, 0.0)) == plain
    assert drawn(maker) == plain


def test_a_lora_that_does_not_fit_is_said(maker: ImageMaker, text_folder: Path, tmp_path: Path) -> None:
    foreign = text_folder / "unet" / "diffusion_pytorch_model.safetensors"
    plain = drawn(maker)
    with pytest.raises(ModelUnusable, match="does not fit this model"):
        maker.make(ImageRequest(prompt="x", steps=1, lora=Lora(foreign)))
    with pytest.raises(ModelUnusable, match="There is no LoRA"):
        maker.make(ImageRequest(prompt="x", steps=1, lora=Lora(tmp_path / "none.safetensors")))
    assert drawn(maker) == plain


def test_a_control_net_steers_by_its_picture_and_weight(
    maker: ImageMaker, models: Path, photograph: Image.Image, mask: Image.Image
) -> None:
    net = str(small_pipelines.control_net(models / "control"))
    plain, steered = drawn(maker), drawn(maker, control=Control(photograph, net))
    assert steered not in (plain, drawn(maker, control=Control(Image.new("RGB", (32, 32)), net)))
    assert drawn(maker, control=Control(photograph, net, 0.0)) == plain
    for start in (FromPicture(photograph, 0.5), Inpainting(photograph, mask)):
        assert drawn(maker, start=start, control=Control(photograph, net)) != drawn(maker, start=start)
    with pytest.raises(ModelUnusable, match="There is no ControlNet at"):
        maker.make(ImageRequest(prompt="x", control=Control(photograph, str(models / "none"))))


def test_words_that_the_model_would_not_read_are_an_error(maker: ImageMaker) -> None:
    with pytest.raises(PromptTooLong, match="reads 77"):
        maker.make(ImageRequest(prompt="word " * 80))


def test_a_prompt_that_nobody_typed_is_cut_to_what_the_model_reads(maker: ImageMaker, tmp_path: Path) -> None:
    long = ImageRequest(prompt="a red winch, " + "word " * 80, steps=1)
    (file,) = draw(maker, long, tmp_path / "x.png", shorten=True).files
    assert long.prompt.startswith(file.making.prompt)
    assert 10 < len(file.making.prompt.split()) < 80
    with pytest.raises(PromptTooLong, match="The negative prompt comes to"):
        draw(maker, ImageRequest("x", long.prompt), tmp_path / "y.png", shorten=True)


def test_a_single_file_draws_what_its_folder_draws(
    maker: ImageMaker, models: Path, text_folder: Path
) -> None:
    file = single_file(text_folder, models / "single.safetensors")
    assert drawn(opened(file)) == drawn(maker)


def test_xl_draws_in_every_way(models: Path, photograph: Image.Image, mask: Image.Image) -> None:
    xl = opened(small_pipelines.xl_pipeline(models / "xl"))
    assert drawn(xl) == drawn(xl)
    assert drawn(xl, guidance_scale=1.0, negative_prompt="rain") == drawn(xl, guidance_scale=1.0)
    assert drawn(xl, start=FromPicture(photograph, 0.5)) != drawn(xl, start=FromPicture(photograph, 1.0))
    made = xl.make(ImageRequest(prompt="x", steps=2, start=Inpainting(photograph, mask))).pictures[0]
    outside = np.asarray(mask) == 0
    assert np.array_equal(np.asarray(made.picture)[outside], np.asarray(photograph)[outside])


def test_a_turbo_model_takes_four_steps_without_guidance(models: Path) -> None:
    turbo = opened(small_pipelines.turbo_pipeline(models / "turbo"))
    settings = dict(turbo.make(ImageRequest(prompt="x")).pictures[0].settings)
    assert (settings["steps"], settings["guidance scale"]) == ("4", "0")


def test_a_model_made_for_inpainting_does_just_that(
    models: Path, photograph: Image.Image, mask: Image.Image
) -> None:
    painter = opened(small_pipelines.text_pipeline(models / "inpainting", in_channels=9))
    made = painter.make(ImageRequest(prompt="x", steps=2, start=Inpainting(photograph, mask))).pictures[0]
    outside = np.asarray(mask) == 0
    assert np.array_equal(np.asarray(made.picture)[outside], np.asarray(photograph)[outside])
    with pytest.raises(RequestUnusable, match=r"cannot draw from a prompt\. It can: draw parts"):
        painter.make(ImageRequest(prompt="x"))


def test_the_models_own_checker_flags_and_can_be_left_out(models: Path) -> None:
    folder = small_pipelines.text_pipeline(models / "checked", checker=True)
    assert opened(folder).make(ImageRequest(prompt="x", steps=1)).pictures[0].flagged
    assert (
        not opened(folder, check_pictures=False).make(ImageRequest(prompt="x", steps=1)).pictures[0].flagged
    )


def test_half_precision_files_are_found(maker: ImageMaker, text_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "half"
    shutil.copytree(text_folder, folder)
    for file in folder.glob("*/*.safetensors"):
        file.rename(file.with_suffix(".fp16.safetensors"))
    assert drawn(opened(folder)) == drawn(maker)


def test_nothing_opens_a_connection(
    monkeypatch: pytest.MonkeyPatch, models: Path, text_folder: Path, tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    file = single_file(text_folder, models / "alone.safetensors")
    for model in (text_folder, file):
        assert len(digests(opened(model).make(ImageRequest(prompt="x", steps=1)))) == 1
    with pytest.raises(ModelUnusable, match=r"not on this machine.*--fetch"):
        build_image_maker(ImageSettings("nobody/nothing")).make(ImageRequest(prompt="x"))


def test_unusable_files_are_said(text_folder: Path, tmp_path: Path) -> None:
    lone = tmp_path / "lone.safetensors"
    lone.write_bytes(b"\0" * 16)
    pickle = tmp_path / "model.ckpt"
    pickle.write_bytes(b"x")
    emptied, pickled, damaged = tmp_path / "emptied", tmp_path / "pickled", tmp_path / "damaged"
    for folder in (emptied, pickled, damaged):
        shutil.copytree(text_folder, folder)
    for file in (*emptied.glob("*/*.safetensors"), *pickled.glob("*/*.safetensors")):
        file.unlink()
    (pickled / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"x")
    (damaged / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"x" * 100)
    for model, says in (
        (lone, "weights alone.*--configuration"),
        (pickle, "may run code"),
        (tmp_path, "has no model_index.json"),
        (emptied, "missing"),
        (pickled, "pickle files"),
        (damaged, "damaged"),
    ):
        with pytest.raises(ModelUnusable, match=says):
            opened(model).make(ImageRequest(prompt="x"))


def test_weights_are_told_apart_by_their_hash(text_folder: Path, models: Path, tmp_path: Path) -> None:
    own = image_weights_sha256(ImageSettings(str(text_folder)), tmp_path / "cache")
    other = small_pipelines.xl_pipeline(models / "hashed")
    assert own is not None
    assert own == image_weights_sha256(ImageSettings(str(text_folder)), tmp_path / "cache")
    assert own != image_weights_sha256(ImageSettings(str(other)), tmp_path / "cache")
    assert image_weights_sha256(ImageSettings("scripted"), tmp_path) is None


def test_where_a_model_lies_stays_out_of_what_is_told(text_folder: Path, models: Path) -> None:
    net = small_pipelines.control_net(models / "told-control")
    built = opened(text_folder)
    request = ImageRequest(prompt="x", steps=1, control=Control(Image.new("RGB", (8, 8)), str(net)))
    settings = built.make(request).pictures[0].settings
    assert built.id == "diffusers:small-sd"
    assert ("control", "told-control, weight 1") in settings
    assert not any(str(models) in value for _, value in settings)


def test_a_hub_that_cannot_be_reached_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from machine import HubUnreachable

    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    built = build_image_maker(ImageSettings("nobody/nothing", fetch=True))
    with pytest.raises(HubUnreachable, match="Cannot reach the hub"):
        built.make(ImageRequest(prompt="x"))
