"""What every MusicMaker must do, whichever model is behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from generators.audio.assembly import build_music_maker, open_music_maker
from generators.audio.music import MadeSound, MusicMaker, MusicRequest
from generators.audio.settings import MusicSettings
from generators.errors import GenerationFailed, PromptTooLong, RequestUnusable
from machine import MachineBudget, MemoryBroker

Build = Callable[[], MusicMaker]
_PROMPT = "calm piano, nine notes"


@pytest.fixture(params=["tones", "musicgen", "resident"], scope="module")
def build(request: pytest.FixtureRequest) -> Build:
    if request.param == "tones":
        return lambda: build_music_maker(MusicSettings("scripted"))
    folder = request.getfixturevalue("musicgen_folder")
    settings = MusicSettings(f"musicgen:{folder}", device="cpu")
    if request.param == "musicgen":
        return lambda: build_music_maker(settings)
    broker = MemoryBroker(MachineBudget())
    return lambda: open_music_maker(settings, broker)


@pytest.fixture(scope="module")
def maker(build: Build) -> Iterator[MusicMaker]:
    built = build()
    yield built
    built.close()


def played(maker: MusicMaker, **request: object) -> MadeSound:
    whole: dict[str, object] = {"prompt": _PROMPT, "seconds": 0.25, "seed": 5, **request}
    return maker.make(MusicRequest(**whole))  # type: ignore[arg-type]  # tests give what fits


def test_a_sound_has_the_length_asked_for(maker: MusicMaker) -> None:
    for seconds in (0.01, 0.1, 0.333, 0.5):
        made = played(maker, seconds=seconds)
        assert made.samples.shape == (round(seconds * made.sample_rate),)
        assert made.seconds == pytest.approx(seconds, abs=1 / made.sample_rate)


def test_its_samples_can_be_played(maker: MusicMaker) -> None:
    samples = played(maker).samples
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    assert 0 < np.abs(samples).max() <= 1


def test_one_seed_makes_the_same_bytes(maker: MusicMaker, build: Build) -> None:
    another = build()
    first = played(maker).samples.tobytes()
    assert played(maker).samples.tobytes() == first
    assert played(another).samples.tobytes() == first
    another.close()


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 6},
        {"prompt": "loud drums and ten nine"},
        {"guidance_scale": 6},
        {"temperature": 0.3},
        {"top_k": 2},
    ],
)
def test_what_is_asked_for_changes_the_sound(maker: MusicMaker, change: dict[str, object]) -> None:
    assert played(maker, **change).samples.tobytes() != played(maker).samples.tobytes()


def test_guidance_of_one_and_below_is_none(maker: MusicMaker) -> None:
    without = played(maker, guidance_scale=1)
    assert played(maker, guidance_scale=0.5).samples.tobytes() == without.samples.tobytes()
    assert dict(without.settings)["guidance scale"] == "1"


def test_it_tells_once_that_it_begins_before_the_first_step(maker: MusicMaker) -> None:
    told: list[str] = []
    request = MusicRequest("calm piano", seconds=0.1)
    maker.make(request, lambda *_: told.append("step"), begun=lambda: told.append("begun"))
    assert told[:2] == ["begun", "step"]
    assert told.count("begun") == 1


def test_steps_are_counted_to_their_end(maker: MusicMaker) -> None:
    told: list[tuple[int, int]] = []
    maker.make(MusicRequest(_PROMPT, 0.25), lambda *step: told.append(step))
    steps = told[-1][1]
    assert steps > 1
    assert told == [(number, steps) for number in range(1, steps + 1)]


@pytest.mark.parametrize("after", [0, 1, 2])
def test_it_stops_between_two_steps(maker: MusicMaker, after: int) -> None:
    told: list[tuple[int, int]] = []
    with pytest.raises(GenerationFailed, match=f"stopped after {after} of"):
        maker.make(MusicRequest(_PROMPT, 0.25), lambda *step: told.append(step), lambda: len(told) >= after)
    assert len(told) == after
    assert played(maker).samples.tobytes() == played(maker).samples.tobytes()  # and goes on working


def test_too_long_a_sound_is_refused_with_the_longest(maker: MusicMaker) -> None:
    longest = maker.longest_seconds
    with pytest.raises(RequestUnusable, match=f"at most {longest:g} seconds"):
        played(maker, seconds=longest + 0.01)


def test_too_long_a_prompt_is_refused_and_not_cut(maker: MusicMaker) -> None:
    with pytest.raises(PromptTooLong, match="Shorten it"):
        played(maker, prompt="nine and ten " * 50)


@pytest.mark.parametrize("prompt", ["\x00\ud800 a", "𝔘𝔫𝔦 ﷽ 😀", "<pad></s>", "-" * 20])
def test_odd_prompts_break_nothing(maker: MusicMaker, prompt: str) -> None:
    assert np.isfinite(played(maker, prompt=prompt).samples).all()


def test_a_closed_engine_says_so(build: Build) -> None:
    maker = build()
    maker.close()
    maker.close()
    with pytest.raises(GenerationFailed, match="closed"):
        played(maker)


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": " \n"},
        {"seconds": 0},
        {"seconds": float("nan")},
        {"seconds": float("inf")},
        {"guidance_scale": -1},
        {"guidance_scale": float("nan")},
        {"temperature": 0},
        {"temperature": float("nan")},
        {"top_k": 0},
        {"seed": -1},
        {"seed": 2**32},
    ],
)
def test_a_request_that_cannot_be_meant_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=f"{'prompt' if 'prompt' in change else next(iter(change))} is"):
        MusicRequest(**{"prompt": _PROMPT, **change})  # type: ignore[arg-type]  # that is what is tested
