"""What every ImageMaker must do, whichever engine is behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generators.errors import GenerationFailed, RequestUnusable
from generators.image.assembly import build_image_maker, open_image_maker
from generators.image.protocol import (
    FromPicture,
    FromText,
    ImageMaker,
    ImageRequest,
    Inpainting,
    LatentPath,
    Outpainting,
    StepDone,
)
from generators.image.settings import ImageSettings
from machine import MachineBudget, MemoryBroker
from tests.generators.image.conftest import digests, drawn

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:diffusers.*")


Build = Callable[[], ImageMaker]


@pytest.fixture(scope="module", params=["scripted", "diffusers", "resident"])
def build(request: pytest.FixtureRequest) -> Build:
    if request.param == "scripted":
        return lambda: build_image_maker(ImageSettings("scripted"))
    settings = ImageSettings(str(request.getfixturevalue("text_folder")), device="cpu")
    if request.param == "diffusers":
        return lambda: build_image_maker(settings)
    broker = MemoryBroker(MachineBudget())
    return lambda: open_image_maker(settings, broker)


@pytest.fixture(scope="module")
def maker(build: Build) -> ImageMaker:
    return build()


def test_the_same_seed_makes_the_same_bytes_and_another_seed_others(maker: ImageMaker) -> None:
    assert drawn(maker) == drawn(maker)
    assert drawn(maker, seed=6) != drawn(maker)


def test_the_prompt_changes_the_picture(maker: ImageMaker) -> None:
    assert drawn(maker, prompt="a blue boat") != drawn(maker)


def test_each_of_several_pictures_is_what_its_seed_alone_gives(maker: ImageMaker) -> None:
    made = maker.make(ImageRequest(prompt="a red house", steps=2, seed=5, count=2))
    assert [one.seed for one in made.pictures] == [5, 6]
    assert digests(made) == [drawn(maker), drawn(maker, seed=6)]


def test_a_picture_has_the_size_asked_for_else_the_default(maker: ImageMaker) -> None:
    made = maker.make(ImageRequest(prompt="x", steps=1, size=(50, 34))).pictures[0]
    assert (made.picture.size, made.picture.mode) == ((50, 34), "RGB")
    assert dict(made.settings)["size"] == "50x34"
    default = maker.make(ImageRequest(prompt="x", steps=1)).pictures[0]
    assert default.picture.size == maker.capabilities.default_size


def test_a_picture_drawn_over_keeps_its_size(maker: ImageMaker, photograph: Image.Image) -> None:
    made = maker.make(ImageRequest(prompt="x", steps=2, start=FromPicture(photograph, 0.5)))
    assert made.pictures[0].picture.size == photograph.size


def test_outside_the_mask_every_pixel_stays(
    maker: ImageMaker, photograph: Image.Image, mask: Image.Image
) -> None:
    made = maker.make(ImageRequest(prompt="x", steps=2, start=Inpainting(photograph, mask))).pictures[0]
    before, after, drawn_anew = np.asarray(photograph), np.asarray(made.picture), np.asarray(mask) > 0
    assert np.array_equal(after[~drawn_anew], before[~drawn_anew])
    assert not np.array_equal(after[drawn_anew], before[drawn_anew])


def test_outpainting_keeps_the_original_pixels(maker: ImageMaker, photograph: Image.Image) -> None:
    start = Outpainting(photograph, left=7, top=2, bottom=3)
    made = maker.make(ImageRequest(prompt="x", steps=2, start=start)).pictures[0].picture
    assert made.size == (42 + 7, 30 + 2 + 3)
    assert np.array_equal(np.asarray(made)[2:32, 7:], np.asarray(photograph))


def test_each_step_of_each_picture_is_told(maker: ImageMaker) -> None:
    told: list[StepDone] = []
    maker.make(ImageRequest(prompt="x", steps=3, count=2), told.append)
    assert [(one.picture_number, one.step) for one in told] == [(p, s) for p in (1, 2) for s in (1, 2, 3)]
    assert {(one.pictures, one.steps) for one in told} == {(2, 3)}
    assert all(one.preview is None for one in told)


def test_it_tells_once_that_it_begins_before_the_first_step(maker: ImageMaker) -> None:
    told: list[str] = []
    request = ImageRequest(prompt="x", steps=2, count=2)
    maker.make(request, lambda _: told.append("step"), begun=lambda: told.append("begun"))
    assert told == ["begun", *["step"] * 4]


def test_previews_are_small_pictures_and_change_nothing(maker: ImageMaker) -> None:
    told: list[StepDone] = []
    made = maker.make(ImageRequest(prompt="a red house", steps=2, seed=5, previews=True), told.append)
    width, height = maker.capabilities.default_size
    for step in told:
        assert step.preview is not None
        assert step.preview.mode == "RGB"
        assert step.preview.width < width
        assert step.preview.height < height
    assert digests(made) == [drawn(maker)]


def test_it_stops_between_steps_and_gives_what_is_whole(maker: ImageMaker) -> None:
    told: list[StepDone] = []
    made = maker.make(
        ImageRequest(prompt="a red house", steps=2, seed=5, count=3), told.append, lambda: len(told) == 3
    )
    assert made.interrupted
    assert digests(made) == [drawn(maker)]
    assert len(told) == 3
    assert drawn(maker) == digests(made)[0]  # and goes on as if nothing had been


def test_cancelled_before_it_began_makes_nothing(maker: ImageMaker) -> None:
    made = maker.make(ImageRequest(prompt="x", steps=2), cancelled=lambda: True)
    assert (made.pictures, made.interrupted) == ((), True)


@pytest.mark.parametrize(
    ("request_of", "says"),
    [
        (lambda: ImageRequest(prompt="x", scheduler="nosuch"), "no scheduler 'nosuch'.*euler"),
        (
            lambda: ImageRequest(start=LatentPath(2)),
            "cannot draw the way between two seeds.*It can: draw from",
        ),
        (
            lambda: ImageRequest(
                start=Outpainting(Image.new("RGB", (8, 8)), left=8), size=(16, 16), prompt="x"
            ),
            "has its own",
        ),
    ],
)
def test_what_it_cannot_do_is_said(
    maker: ImageMaker, request_of: Callable[[], ImageRequest], says: str
) -> None:
    with pytest.raises(RequestUnusable, match=says):
        maker.make(request_of())


def test_a_closed_one_says_so(build: Build) -> None:
    built = build()
    built.close()
    with pytest.raises(GenerationFailed, match="was closed"):
        built.make(ImageRequest(prompt="x", start=FromText()))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"seed": -1}, "seed is -1"),
        ({"count": 0}, "count is 0"),
        ({"steps": 0}, "steps is 0"),
        ({"steps": 1000}, "it must be from 1 to 999"),
        ({"guidance_scale": float("nan")}, "guidance_scale is nan"),
        ({"size": (4, 64)}, "size is 4x64"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(values: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ImageRequest(**values)  # type: ignore[arg-type]  # the values are wrong on purpose


def test_a_mask_of_another_size_is_refused(photograph: Image.Image) -> None:
    with pytest.raises(ValueError, match="the mask is 8x8 pixels and the picture 42x30"):
        Inpainting(photograph, Image.new("L", (8, 8)))


def test_a_missing_model_is_answered_with_those_that_there_are(tmp_path: Path) -> None:
    from generators.errors import ModelUnusable

    built = build_image_maker(ImageSettings(str(tmp_path / "none")))
    with pytest.raises(ModelUnusable, match=r"(?s)no image model.*SSD-1B.*Apache-2.0.*4.5 GB.*hf download"):
        built.make(ImageRequest(prompt="x"))
