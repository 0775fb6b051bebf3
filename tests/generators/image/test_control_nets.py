"""ControlNets share memory with all other models, those of the pipelines that they are used with too."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from generators.errors import ModelUnusable
from generators.image.assembly import image_needs, open_image_maker
from generators.image.protocol import Control
from generators.image.settings import ImageSettings
from machine import MemoryBroker, MemoryShort, Need
from tests.generators.image.conftest import drawn
from tests.simulated_memory import SimulatedMemory, loaded_names

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:diffusers.*")


@pytest.fixture(scope="module")
def settings(text_folder: Path) -> ImageSettings:
    return ImageSettings(str(text_folder), device="cpu")


@pytest.fixture(scope="module")
def net(models: Path) -> Path:
    from tests.generators.image.small_pipelines import control_net

    return control_net(models / "shared-control")


def _bytes(settings: ImageSettings, net: Path) -> tuple[int, int]:
    """Of the pipeline and of the ControlNet, as the broker counts them: float32, as they are saved."""
    import torch

    from generators.image.control_nets import control_net_need, find_control_net

    (pipeline,) = image_needs(settings)
    return pipeline.bytes_at_least, control_net_need(
        find_control_net(str(net)), torch.float32, "memory"
    ).wanted_bytes


def test_one_is_counted_beside_its_pipeline_and_leaves_when_the_room_is_needed(
    settings: ImageSettings, net: Path, photograph: Image.Image
) -> None:
    pipeline_bytes, net_bytes = _bytes(settings, net)
    assert net_bytes == pytest.approx(next(net.glob("*.safetensors")).stat().st_size, rel=0.1)
    broker = MemoryBroker(SimulatedMemory(pipeline_bytes + net_bytes))
    maker = open_image_maker(settings, broker)
    control = Control(photograph, str(net))
    steered = drawn(maker, control=control)
    assert loaded_names(broker) == ["the ControlNet shared-control", "the image model diffusers:small-sd"]
    drawn(maker)  # so that the ControlNet is the least recently used

    voice = broker.residence("voice", "the voice", lambda: [Need(net_bytes)], lambda: "voice", lambda _: None)
    with voice.use():
        assert loaded_names(broker) == ["the image model diffusers:small-sd", "the voice"]
    assert drawn(maker, control=control) == steered  # it is loaded again, in the voice's place
    assert loaded_names(broker) == ["the ControlNet shared-control", "the image model diffusers:small-sd"]
    maker.close()
    assert [each.name for each in broker.residents()] == ["the voice"]


def test_one_that_does_not_fit_beside_its_pipeline_is_refused_in_words(
    settings: ImageSettings, net: Path, photograph: Image.Image
) -> None:
    pipeline_bytes, net_bytes = _bytes(settings, net)
    broker = MemoryBroker(SimulatedMemory(pipeline_bytes + net_bytes - 1))
    maker = open_image_maker(settings, broker)
    plain = drawn(maker)
    with pytest.raises(MemoryShort, match=r"ControlNet shared-control takes .* in use \(the image model"):
        drawn(maker, control=Control(photograph, str(net)))
    assert drawn(maker) == plain
    maker.close()


def test_another_takes_the_place_of_the_last_one(
    settings: ImageSettings, net: Path, models: Path, photograph: Image.Image
) -> None:
    from tests.generators.image.small_pipelines import control_net

    broker = MemoryBroker(SimulatedMemory(10**12))
    maker = open_image_maker(settings, broker)
    other = control_net(models / "other-control")
    for each in (net, other):
        drawn(maker, control=Control(photograph, str(each)))
    assert loaded_names(broker) == ["the ControlNet other-control", "the image model diffusers:small-sd"]
    with pytest.raises(ModelUnusable, match="There is no ControlNet"):
        drawn(maker, control=Control(photograph, str(models / "nowhere")))
    maker.close()
    assert broker.residents() == []
