"""Stable Diffusion 2 and XL: what is theirs alone, as folders and as single files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generators.errors import ModelUnusable
from generators.image.assembly import build_image_maker
from generators.image.protocol import Control, FromPicture, ImageMaker, ImageRequest, Inpainting, Lora
from generators.image.schedulers import SCHEDULERS
from generators.image.settings import ImageSettings
from tests.generators.image import small_pipelines
from tests.generators.image.conftest import drawn
from tests.generators.image.single_files import single_file

pytest.importorskip("diffusers")
#: The library's own use of other libraries, not ours of it.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:diffusers.*")


def _opened(model: Path) -> ImageMaker:
    return build_image_maker(ImageSettings(str(model), device="cpu"))


@pytest.fixture(scope="module")
def velocity_folder(models: Path) -> Path:
    return small_pipelines.v_prediction_pipeline(models / "sd2")


@pytest.fixture(scope="module")
def velocity(velocity_folder: Path) -> ImageMaker:
    return _opened(velocity_folder)


@pytest.fixture(scope="module")
def xl_folder(models: Path) -> Path:
    return small_pipelines.xl_pipeline(models / "kinds-xl")


@pytest.fixture(scope="module")
def xl(xl_folder: Path) -> ImageMaker:
    return _opened(xl_folder)


def test_a_model_of_velocities_draws_in_every_way(
    velocity: ImageMaker, photograph: Image.Image, mask: Image.Image
) -> None:
    assert drawn(velocity) == drawn(velocity)
    assert drawn(velocity, start=FromPicture(photograph, 0.5)) != drawn(velocity)
    made = velocity.make(ImageRequest(prompt="x", steps=2, start=Inpainting(photograph, mask))).pictures[0]
    outside = np.asarray(mask) == 0
    assert np.array_equal(np.asarray(made.picture)[outside], np.asarray(photograph)[outside])


@pytest.mark.parametrize("name", [None, *SCHEDULERS])
def test_a_model_of_velocities_is_read_as_one_by_every_scheduler(
    velocity: ImageMaker, velocity_folder: Path, tmp_path: Path, name: str | None
) -> None:
    import shutil

    mistaken = tmp_path / "mistaken"
    shutil.copytree(velocity_folder, mistaken)
    told = mistaken / "scheduler" / "scheduler_config.json"
    told.write_text(told.read_text().replace("v_prediction", "epsilon"))
    assert drawn(velocity, steps=3, scheduler=name) != drawn(_opened(mistaken), steps=3, scheduler=name)


def test_a_model_of_velocities_that_begins_at_the_last_step_is_no_turbo_model(models: Path) -> None:
    maker = _opened(small_pipelines.v_prediction_pipeline(models / "sd2-trailing", spacing="trailing"))
    settings = dict(maker.make(ImageRequest(prompt="x", steps=1)).pictures[0].settings)
    assert settings["guidance scale"] == "7.5"


@pytest.mark.parametrize("kind", ["velocity", "xl"])
def test_a_single_file_draws_what_its_folder_draws(
    kind: str, request: pytest.FixtureRequest, models: Path
) -> None:
    folder: Path = request.getfixturevalue(f"{kind}_folder")
    file = single_file(folder, models / f"{kind}-single.safetensors")
    assert drawn(_opened(file)) == drawn(request.getfixturevalue(kind))


@pytest.mark.parametrize(
    ("kind", "named"),
    [("velocity", "stable-diffusion-2-1"), ("xl", "stable-diffusion-xl-base-1.0")],
)
def test_of_a_single_file_it_is_said_whose_configuration_it_needs(
    kind: str, named: str, request: pytest.FixtureRequest, models: Path, text_folder: Path
) -> None:
    folder: Path = request.getfixturevalue(f"{kind}_folder")
    file = single_file(folder, models / "moved" / f"{kind}.safetensors")
    lone = file.with_name(f"lone-{kind}.safetensors")
    file.rename(lone)
    with pytest.raises(ModelUnusable, match=f"weights alone.*{named}"):
        _opened(lone).make(ImageRequest(prompt="x"))
    mistaken = build_image_maker(ImageSettings(str(lone), device="cpu", configuration=str(text_folder)))
    with pytest.raises(ModelUnusable, match=f"{text_folder} is of another kind.*{named}"):
        mistaken.make(ImageRequest(prompt="x"))


def test_a_control_net_steers_xl(
    xl: ImageMaker, models: Path, photograph: Image.Image, mask: Image.Image
) -> None:
    net = str(small_pipelines.control_net(models / "xl-control", xl=True))
    plain, steered = drawn(xl), drawn(xl, control=Control(photograph, net))
    assert steered not in (plain, drawn(xl, control=Control(Image.new("RGB", (32, 32)), net)))
    assert drawn(xl, control=Control(photograph, net, 0.0)) == plain
    for start in (FromPicture(photograph, 0.5), Inpainting(photograph, mask)):
        assert drawn(xl, start=start, control=Control(photograph, net)) != drawn(xl, start=start)


def test_a_lora_changes_xl_by_its_weight_and_comes_off(xl: ImageMaker, models: Path) -> None:
    file = small_pipelines.lora_file(models / "xl-lora.safetensors", xl=True)
    plain = drawn(xl)
    assert drawn(xl, lora=Lora(file, 1.0)) not in (plain, drawn(xl, lora=Lora(file, 0.5)))
    assert drawn(xl, lora=Lora(file, 0.0)) == plain
    assert drawn(xl) == plain


def test_what_is_made_for_another_kind_is_said(xl: ImageMaker, models: Path, photograph: Image.Image) -> None:
    plain = drawn(xl)
    foreign = small_pipelines.lora_file(models / "sd-lora.safetensors")
    with pytest.raises(ModelUnusable, match="does not fit this model"):
        xl.make(ImageRequest(prompt="x", steps=1, lora=Lora(foreign)))
    net = small_pipelines.control_net(models / "sd-control")
    with pytest.raises(ModelUnusable, match=r"ControlNet.*another kind"):
        xl.make(ImageRequest(prompt="x", steps=1, control=Control(photograph, str(net))))
    assert drawn(xl) == plain
