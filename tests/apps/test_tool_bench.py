"""Tools at work in the background, and the gallery of what they made."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from apps.background import Background, Stopped
from apps.gallery import made_file, made_paths
from apps.model_fetching import ModelFetches
from apps.tool_bench import ToolBench
from apps.tool_choices import ChosenEngines, models_to_get
from generators.errors import ModelUnusable
from generators.image.settings import ImageSettings
from machine import DownloadFailed, Progress
from rag import Settings
from rag.assembly import with_model
from rag.errors import ToolCallRefused
from rag.tools.types import ToolCall
from rag.tools.workshop import ToolSettings

SCRIPTED = ChosenEngines("scripted", "scripted", "scripted")


def test_work_tells_how_far_it_is_and_gives_its_result() -> None:
    go_on = threading.Event()

    def do(work: Background[int]) -> int:
        work.tell("half", 0.5)
        go_on.wait(10)
        return 7

    work = Background("counting", do)
    while work.so_far.share is None:
        pass
    assert (work.state, work.so_far.words) == ("working", "half")
    with pytest.raises(RuntimeError, match="not done"):
        _ = work.result
    go_on.set()
    assert work.wait(10)
    assert (work.state, work.result) == ("done", 7)


def test_a_fault_that_is_no_exception_ends_the_work_in_words_too() -> None:
    class PanicException(BaseException):
        """What faults in libraries written in Rust are."""

    def panic(work: Background[int]) -> int:
        raise PanicException("index out of bounds")

    work = Background("panicking", panic)
    assert work.wait(10)
    assert work.state == "failed"
    assert str(work.error) == "PanicException: index out of bounds"


def test_work_that_fails_says_why_and_work_that_is_stopped_is_no_failure() -> None:
    def fail(work: Background[int]) -> int:
        raise ValueError("no")

    def linger(work: Background[int]) -> int:
        while not work.stopping():
            pass
        raise Stopped("enough")

    failed, stopped = Background("failing", fail), Background("lingering", linger)
    stopped.stop()
    assert failed.wait(10)
    assert stopped.wait(10)
    assert (failed.state, stopped.state) == ("failed", "stopped")
    with pytest.raises(ValueError, match="no"):
        _ = failed.result


def test_a_picture_is_made_and_says_so(modelless: Path, tmp_path: Path) -> None:
    bench = ToolBench()
    work = bench.start(
        ToolCall("draw", {"prompt": "a lens", "count": 2}), tmp_path / "made",
        SCRIPTED.tool_settings(Settings()), None,
    )  # fmt: skip
    assert work.wait(60)
    paths = work.result.result.files
    assert set(made_paths(tmp_path / "made")) == set(paths)
    made = made_file(paths[0])
    assert made is not None
    assert made.making is not None
    assert (made.kind, made.making.prompt, made.making.maker) == ("picture", "a lens", "image")
    assert work.so_far.share == 1.0
    bench.close()


def test_sounds_are_made_and_the_newest_stands_first(modelless: Path, tmp_path: Path) -> None:
    bench = ToolBench()
    settings = SCRIPTED.tool_settings(Settings())
    for age, call in (
        (9, ToolCall("speak", {"text": "Good day."})),
        (5, ToolCall("music", {"prompt": "calm"})),
    ):
        work = bench.start(call, tmp_path, settings, None)
        assert work.wait(60)
        os.utime(work.result.result.files[0], (1_000_000 - age, 1_000_000 - age))
    assert [path.name.partition("-")[0] for path in made_paths(tmp_path)] == ["music", "speak"]
    bench.close()


def test_without_a_model_the_work_says_which_there_are(modelless: Path, tmp_path: Path) -> None:
    work = ToolBench().start(ToolCall("draw", {"prompt": "a lens"}), tmp_path, ToolSettings(), None)
    assert work.wait(60)
    assert isinstance(work.error, ModelUnusable)
    lacking = models_to_get("draw", ChosenEngines(), Settings())
    assert "licence" in lacking[0].about
    assert "GB" in lacking[0].about
    assert lacking[0].command.startswith("hf download")
    assert models_to_get("draw", SCRIPTED, Settings()) == ()


def test_a_language_model_that_is_not_here_is_named(modelless: Path) -> None:
    (lacking,) = models_to_get("translate", SCRIPTED, Settings())
    assert lacking.command == "refdesk models pull qwen2.5-coder-1.5b-instruct-q4_k_m"
    assert "Apache-2.0; 1,117 MB" in lacking.about
    assert models_to_get("translate", SCRIPTED, with_model(Settings(), "extractive")) == ()


def test_a_call_that_cannot_be_meant_makes_nothing(modelless: Path, tmp_path: Path) -> None:
    settings = ToolSettings(image=ImageSettings("scripted"))
    work = ToolBench().start(ToolCall("draw", {"prompt": "a lens", "steps": 9000}), tmp_path, settings, None)
    assert work.wait(60)
    assert isinstance(work.error, ToolCallRefused)
    assert made_paths(tmp_path) == ()


def test_what_is_no_picture_and_what_has_no_note_is_said(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "broken.png").write_bytes(b"no picture")
    Image.new("RGB", (4, 4)).save(tmp_path / "plain.png")
    (tmp_path / "notes.txt").write_text("left alone")
    (tmp_path / "link.png").symlink_to(tmp_path / "plain.png")
    found = {path.name: made_file(path) for path in made_paths(tmp_path)}
    assert set(found) == {"broken.png", "plain.png"}
    assert all(file is not None and file.making is None and file.problem for file in found.values())
    assert made_file(tmp_path / "gone.png") is None


def test_a_fetch_is_followed_stopped_and_begun_again() -> None:
    begun = threading.Event()

    def pull(id: str, listen) -> None:
        begun.set()
        while True:
            listen(Progress(id, "hub", "Part 1", 5_000_000, 10_000_000))

    fetches = ModelFetches(pull)
    first = fetches.start("some-model")
    assert begun.wait(10)
    assert fetches.start("some-model") is first
    assert fetches.working()
    first.stop()
    assert first.wait(10)
    assert (first.state, first.so_far.share) == ("stopped", 0.5)
    assert "5 of 10 MB from hub. Part 1" in first.so_far.words
    second = fetches.start("some-model")
    assert second is not first
    second.stop()
    assert second.wait(10)


def test_a_fetch_that_fails_keeps_the_reason() -> None:
    def pull(id: str, listen) -> None:
        raise DownloadFailed("no network")

    fetches = ModelFetches(pull)
    assert fetches.start("some-model").wait(10)
    latest = fetches.of("some-model")
    assert latest is not None
    assert str(latest.error) == "no network"
    assert not fetches.working()
