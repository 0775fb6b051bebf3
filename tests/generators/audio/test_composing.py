"""The tool: files of music, what they say of themselves, and what is never written."""

from __future__ import annotations

import json
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from generators.audio.composing import compose
from generators.audio.music import MadeSound, MusicRequest, StepCounter, uncounted
from generators.audio.musicgen import MusicgenMaker
from generators.audio.scripted_music import ToneMusicMaker
from generators.audio.sound_files import read_note
from generators.errors import EngineMissing, GenerationFailed, PromptRefused, RequestUnusable
from generators.safety import SafetyGate, SafetySettings
from machine.energy import EnergyCounter, EnergyMeter

_REQUEST = MusicRequest("calm piano", seconds=0.5, guidance_scale=2, seed=7)


def test_a_file_holds_the_sound_and_says_how_it_was_made(tmp_path: Path) -> None:
    path = tmp_path / "calm.wav"
    composed = compose(
        ToneMusicMaker(), _REQUEST, path, sources=["scores.pdf, page 4"], model_sha256=lambda: "ab"
    )
    assert composed.seconds == 0.5
    note = read_note(path)
    assert note == composed.making
    assert (note.maker, note.model, note.prompt, note.seed) == ("music", "scripted", "calm piano", 7)
    assert (note.sources, note.model_sha256) == (("scores.pdf, page 4",), "ab")
    assert note.settings == {"seconds": "0.5", "guidance scale": "2"}
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (1, 8000, 4000)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_the_models_own_files_say_it_too(tmp_path: Path, musicgen_folder: Path, suffix: str) -> None:
    if suffix != ".wav":
        pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    composed = compose(MusicgenMaker(str(musicgen_folder), device="cpu"), _REQUEST, tmp_path / f"x{suffix}")
    note = read_note(composed.path)
    assert note == composed.making
    assert note.model == "musicgen:small-musicgen"
    assert note.seconds is not None


def test_one_seed_makes_the_same_sound_file(tmp_path: Path, musicgen_folder: Path) -> None:
    maker = MusicgenMaker(str(musicgen_folder), device="cpu")
    sounds = []
    for name in ("a.wav", "b.wav"):
        with wave.open(str(compose(maker, _REQUEST, tmp_path / name).path)) as sound:
            sounds.append(sound.readframes(sound.getnframes()))
    assert sounds[0] == sounds[1]


class _TwoChannels(ToneMusicMaker):
    """Tones on the left, their half on the right."""

    def make(self, request: MusicRequest, *rest: object) -> MadeSound:
        made = super().make(request)
        return MadeSound(np.stack([made.samples, made.samples / 2], axis=1), made.sample_rate)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_two_channels_are_kept(tmp_path: Path, suffix: str) -> None:
    soundfile = pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    path = tmp_path / f"x{suffix}"
    compose(_TwoChannels(), _REQUEST, path)
    sound, rate = soundfile.read(str(path))
    assert (sound.shape, rate) == ((4000, 2), 8000)
    np.testing.assert_allclose(sound[:, 1], sound[:, 0] / 2, atol=1e-4 if suffix != ".ogg" else 0.1)
    assert read_note(path).prompt == "calm piano"


class _Loading(ToneMusicMaker):
    """Takes 100 joules to load and 6 for each step."""

    def __init__(self) -> None:
        super().__init__()
        self.joules = 0.0
        self.meter = EnergyMeter((EnergyCounter("package-0", lambda: self.joules, None),))

    def make(
        self,
        request: MusicRequest,
        progress: StepCounter = uncounted,
        cancelled: Callable[[], bool] = lambda: False,
        begun: Callable[[], None] = lambda: None,
    ) -> MadeSound:
        self.joules += 100

        def stepped(step: int, steps: int) -> None:
            self.steps = steps
            self.joules += 6
            progress(step, steps)

        return super().make(request, stepped, cancelled, begun)


def test_the_energy_that_loading_and_playing_took_stands_apart_in_the_file(tmp_path: Path) -> None:
    maker = _Loading()
    path = compose(maker, _REQUEST, tmp_path / "x.wav", meter=maker.meter).path
    note = read_note(path)
    assert (note.energy_joules, note.energy_of) == (maker.steps * 6, ("package-0",))
    assert note.loading_energy_joules == 100
    assert note.loading_seconds is not None


def test_the_gate_stands_before_the_engine(tmp_path: Path) -> None:
    maker = ToneMusicMaker()
    log = tmp_path / "refusals.jsonl"
    gate = SafetyGate(SafetySettings(blocked_words=("march",)), log, maker="music")
    with pytest.raises(PromptRefused, match="word: march"):
        compose(maker, MusicRequest("a March"), tmp_path / "x.wav", gate=gate)
    assert maker.requests == []
    entry = json.loads(log.read_text())
    assert (entry["maker"], entry["model"], entry["detail"]) == ("music", "scripted", "march")


def test_there_is_a_gate_without_settings(tmp_path: Path) -> None:
    with pytest.raises(PromptRefused):
        compose(ToneMusicMaker(), MusicRequest("a song of a naked child"), tmp_path / "x.wav")


def test_nothing_is_played_where_a_file_would_be_lost_or_could_not_be_written(tmp_path: Path) -> None:
    maker = ToneMusicMaker()
    there = tmp_path / "x.wav"
    there.write_bytes(b"mine")
    with pytest.raises(RequestUnusable, match=r"x\.wav is there already"):
        compose(maker, _REQUEST, there)
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(RequestUnusable, match="is a folder"):
        compose(maker, _REQUEST, tmp_path / "folder.wav", overwrite=True)
    with pytest.raises(RequestUnusable, match=r"End its name in \.wav"):
        compose(maker, _REQUEST, tmp_path / "x.mp3")
    assert maker.requests == []
    assert there.read_bytes() == b"mine"
    compose(maker, _REQUEST, there, overwrite=True)
    assert read_note(there).prompt == "calm piano"


def test_a_missing_package_is_named_before_anything_is_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = ToneMusicMaker()
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(EngineMissing, match=r"pip install 'refdesk\[speech\]'"):
        compose(maker, _REQUEST, tmp_path / "x.flac")
    assert maker.requests == []


def test_what_was_stopped_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"old")
    told: list[int] = []
    with pytest.raises(GenerationFailed, match="stopped after 2 of 5 steps"):
        compose(
            ToneMusicMaker(),
            _REQUEST,
            path,
            overwrite=True,
            progress=lambda step, _: told.append(step),
            cancelled=lambda: len(told) == 2,
        )
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_half_characters_of_a_prompt_do_not_reach_the_file(tmp_path: Path) -> None:
    composed = compose(ToneMusicMaker(), MusicRequest("piano \ud800", seconds=0.1), tmp_path / "x.wav")
    assert read_note(composed.path).prompt == "piano ?"


def test_weights_are_read_once_there_is_a_sound(tmp_path: Path) -> None:
    def unread() -> str:
        raise AssertionError("the weights were read for nothing")

    (tmp_path / "there.wav").write_bytes(b"mine")
    with pytest.raises(RequestUnusable):
        compose(ToneMusicMaker(), _REQUEST, tmp_path / "there.wav", model_sha256=unread)
    gate = SafetyGate(SafetySettings(blocked_words=("piano",)), maker="music")
    with pytest.raises(PromptRefused):
        compose(ToneMusicMaker(), _REQUEST, tmp_path / "x.wav", gate=gate, model_sha256=unread)
