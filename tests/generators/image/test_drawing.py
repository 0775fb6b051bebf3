"""The tool, with the scripted engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from generators.errors import GenerationFailed, PromptRefused, RequestUnusable
from generators.image.drawing import draw
from generators.image.picture_files import read_note
from generators.image.protocol import ImageRequest, MadePictures, StepDone, StepListener, unheard
from generators.image.scripted import ScriptedImageMaker
from generators.safety import SafetyGate, SafetySettings
from machine.energy import EnergyCounter, EnergyMeter


def test_a_drawn_file_says_what_made_it(tmp_path: Path) -> None:
    request = ImageRequest(prompt="a lens", seed=7, size=(16, 8))
    drawn = draw(ScriptedImageMaker(), request, tmp_path / "lens.png", sources=("optics.pdf, page 4",))
    (file,) = drawn.files
    note = read_note(file.path)
    assert note == file.making
    assert (note.maker, note.model, note.prompt, note.seed) == ("image", "scripted", "a lens", 7)
    assert (note.settings["size"], note.sources) == ("16x8", ("optics.pdf, page 4",))
    with Image.open(file.path) as picture:
        assert picture.size == (16, 8)


def test_several_pictures_are_numbered_with_their_seeds(tmp_path: Path) -> None:
    drawn = draw(ScriptedImageMaker(), ImageRequest(prompt="x", seed=7, count=3), tmp_path / "x.png")
    assert [(file.path.name, file.making.seed) for file in drawn.files] == [
        ("x-1.png", 7),
        ("x-2.png", 8),
        ("x-3.png", 9),
    ]


def test_what_was_whole_when_stopped_is_written(tmp_path: Path) -> None:
    told: list[object] = []
    drawn = draw(
        ScriptedImageMaker(),
        ImageRequest(prompt="x", steps=2, count=3),
        tmp_path / "x.png",
        progress=told.append,
        cancelled=lambda: len(told) >= 3,
    )
    assert drawn.interrupted
    assert [file.name for file in tmp_path.iterdir()] == ["x-1.png"]


def test_nothing_is_drawn_where_a_file_would_be_lost_or_could_not_be_written(tmp_path: Path) -> None:
    maker = ScriptedImageMaker()
    (tmp_path / "x-2.png").write_bytes(b"mine")
    with pytest.raises(RequestUnusable, match=r"x-2\.png is there already"):
        draw(maker, ImageRequest(prompt="x", count=2), tmp_path / "x.png")
    with pytest.raises(RequestUnusable, match="must end in"):
        draw(maker, ImageRequest(prompt="x"), tmp_path / "x.gif")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(RequestUnusable, match="is a folder"):
        draw(maker, ImageRequest(prompt="x"), tmp_path / "folder.png", overwrite=True)
    with pytest.raises(RequestUnusable, match=r"cannot be written: .*x-2\.png takes no new file"):
        draw(maker, ImageRequest(prompt="x"), tmp_path / "x-2.png" / "in-a-file.png")
    assert maker.requests == []
    draw(maker, ImageRequest(prompt="x", count=2), tmp_path / "x.png", overwrite=True)
    assert read_note(tmp_path / "x-2.png").prompt == "x"


def test_a_disk_that_takes_no_more_is_said_with_the_seed_that_draws_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("generators.image.drawing.write_picture", full)
    with pytest.raises(GenerationFailed, match=r"x\.png could not be written: No space.*Seed 7 draws it"):
        draw(ScriptedImageMaker(), ImageRequest(prompt="x", seed=7), tmp_path / "x.png")


def test_the_gate_stands_before_the_engine(tmp_path: Path) -> None:
    maker = ScriptedImageMaker()
    gate = SafetyGate(SafetySettings(blocked_words=("gun",)), tmp_path / "log.jsonl")
    with pytest.raises(PromptRefused):
        draw(maker, ImageRequest(prompt="a gun"), tmp_path / "x.png", gate=gate)
    assert maker.requests == []


def test_a_flagged_picture_is_not_kept(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with pytest.raises(PromptRefused, match="checker"):
        draw(
            ScriptedImageMaker(flagged=("x",)),
            ImageRequest(prompt="x"),
            tmp_path / "x.png",
            gate=SafetyGate(SafetySettings(), log),
        )
    assert [file.name for file in tmp_path.iterdir()] == [log.name]


class _Loading(ScriptedImageMaker):
    """Takes 100 joules to load and 6 for each step."""

    def __init__(self) -> None:
        super().__init__()
        self.joules = 0.0
        self.meter = EnergyMeter((EnergyCounter("package-0", lambda: self.joules, None),))

    def make(
        self,
        request: ImageRequest,
        progress: StepListener = unheard,
        cancelled: Callable[[], bool] = lambda: False,
        begun: Callable[[], None] = lambda: None,
    ) -> MadePictures:
        self.joules += 100

        def stepped(step: StepDone) -> None:
            self.joules += 6
            progress(step)

        return super().make(request, stepped, cancelled, begun)


def test_the_energy_of_loading_and_of_making_is_told_apart_and_shared(tmp_path: Path) -> None:
    maker = _Loading()
    request = ImageRequest(prompt="a lens", count=2, steps=3)
    drawn = draw(maker, request, tmp_path / "x.png", meter=maker.meter)
    for file in drawn.files:
        note = read_note(file.path)
        assert (note.energy_joules, note.energy_of) == (2 * 3 * 6 / 2, ("package-0",))
        assert note.loading_energy_joules == 100 / 2
        assert note.loading_seconds is not None


def test_where_no_energy_is_told_none_is_said(tmp_path: Path) -> None:
    drawn = draw(ScriptedImageMaker(), ImageRequest(prompt="x"), tmp_path / "x.png", meter=EnergyMeter(()))
    assert (drawn.files[0].making.energy_joules, drawn.files[0].making.energy_of) == (None, ())


def test_weights_are_read_once_there_is_a_picture(tmp_path: Path) -> None:
    def unread() -> str:
        raise AssertionError("the weights were read for nothing")

    maker, request = ScriptedImageMaker(), ImageRequest(prompt="a gun")
    (tmp_path / "there.png").write_bytes(b"mine")
    with pytest.raises(RequestUnusable):
        draw(maker, request, tmp_path / "there.png", model_sha256=unread)
    gate = SafetyGate(SafetySettings(blocked_words=("gun",)))
    with pytest.raises(PromptRefused):
        draw(maker, request, tmp_path / "x.png", gate=gate, model_sha256=unread)
    drawn = draw(maker, request, tmp_path / "x.png", model_sha256=lambda: "ab")
    assert drawn.files[0].making.model_sha256 == "ab"
