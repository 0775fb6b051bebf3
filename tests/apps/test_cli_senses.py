"""`refdesk eval images` and `refdesk eval sounds`, with what needs no model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from generators.audio.scripted import ScriptedTranscriber, ToneSpeaker
from generators.audio.settings import SpeechSettings
from generators.audio.speech import speak
from generators.audio.transcription import Stretch, Utterance
from generators.image.picture_files import write_picture
from generators.making import Making
from tests.apps.conftest import Refdesk
from tests.evaluation.images.small_networks import clip_folder


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    folder = tmp_path / "drawn"
    for number, colour in enumerate(("red", "green", "blue")):
        write_picture(
            Image.new("RGB", (16, 16), colour), folder / f"{number}.png", Making("image", "m", colour)
        )
    return folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    chance = np.random.default_rng(1)
    for number in range(6):
        Image.fromarray(chance.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(folder / f"{number}.jpg")
    return folder


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    folder = tmp_path / "spoken"
    folder.mkdir()
    for number, text in enumerate(("Good morning.", "Twelve cats sat down.")):
        speak(text, folder / f"{number}.wav", SpeechSettings(voice="scripted"), speaker=ToneSpeaker())
    return folder


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Stretch(0, 1, (Utterance(0, 1, "good morning"),), "en")
    monkeypatch.setattr("generators.audio.assembly.open_transcriber", lambda *_: ScriptedTranscriber([heard]))


def test_pictures_are_scored_beside_real_ones(refdesk: Refdesk, photos: Path, drawn: Path) -> None:
    said = refdesk("eval", "images", photos, drawn, "--extractor", "pixels", "--json")
    assert said.exit_code == 0
    result = said.json()
    scores = {score["metric"]: score for score in result["scores"]}
    assert result["made"] == 3
    assert result["real"] == 6
    assert result["networks"] == [{"id": "pixels", "sha256": None}]
    assert scores["fid"]["value"] > 0
    assert scores["fid"]["higher_is_better"] is False
    assert 1 <= scores["inception_score"]["value"] <= 3
    assert any("Only 3 pictures" in warning for warning in result["warnings"])


def test_a_clip_score_needs_no_real_pictures_and_no_file(
    refdesk: Refdesk, drawn: Path, tmp_path: Path
) -> None:
    folder = clip_folder(tmp_path / "clip")
    result = refdesk("eval", "images", drawn, "--clip", folder, "--json").json()
    assert [picture["prompt"] for picture in result["pictures"]] == ["red", "green", "blue"]
    assert result["scores"][0]["metric"] == "clip_score"
    assert len(result["networks"][0]["sha256"]) == 64
    table = refdesk("eval", "images", drawn, "--clip", folder).stdout
    assert "clip_score" in table
    assert "weights sha256" in table


def test_damaged_pictures_are_named_and_the_rest_is_scored(refdesk: Refdesk, drawn: Path) -> None:
    (drawn / "bad.png").write_bytes(b"none")
    said = refdesk("eval", "images", drawn, "--extractor", "pixels")
    assert said.exit_code == 1
    assert "inception_score" in said.stdout
    assert "bad.png" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "inception-2015-12-05.pt"),
        (["--extractor", "inception:none.pt"], "There is no file none.pt"),
        (["--extractor", "resnet"], "no extractor 'resnet'"),
        (["--clip", "nowhere"], "holds no config.json"),
        (["--extractor", "pixels", "--prompts", "p.csv"], "for the CLIP score"),
    ],
)
def test_what_is_missing_for_pictures_is_told(
    arguments: list[str], complaint: str, refdesk: Refdesk, drawn: Path
) -> None:
    said = refdesk("eval", "images", drawn, *arguments)
    assert said.exit_code == 2
    assert complaint in said.stderr


@pytest.mark.usefixtures("listening")
def test_speech_is_read_back(refdesk: Refdesk, spoken: Path) -> None:
    result = refdesk("eval", "sounds", spoken, "--json").json()
    scores = {score["metric"]: score for score in result["scores"]}
    assert scores["word_error_rate"]["value"] == pytest.approx(4 / 6)
    assert scores["word_error_rate"]["count"] == 2
    assert result["sounds"][0]["heard"] == "good morning"
    assert result["sounds"][0]["word_errors"] == 0
    table = refdesk("eval", "sounds", spoken).stdout
    assert "4 of 4" in table
    assert "Heard by scripted" in table


@pytest.mark.usefixtures("listening")
def test_given_texts_count(refdesk: Refdesk, spoken: Path, tmp_path: Path) -> None:
    texts = tmp_path / "texts.csv"
    texts.write_text("file,text\n1.wav,Good morning!\n")
    result = refdesk("eval", "sounds", spoken / "1.wav", "--texts", texts, "--json").json()
    assert result["sounds"][0]["word_errors"] == 0


def test_where_no_text_is_known_it_is_told_why_nobody_listens(refdesk: Refdesk, tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    for name in ("a.wav", ".hidden/b.wav"):
        soundfile.write(tmp_path / name, np.full(8_000, 0.1), 8_000)
    said = refdesk("eval", "sounds", tmp_path, "--json")
    assert said.exit_code == 0
    assert [sound["file"] for sound in said.json()["sounds"]] == ["a.wav"]
    assert "nobody listens: see --texts" in said.stderr
    assert "--texts" not in refdesk("eval", "sounds", tmp_path, "--levels-only").stderr


def test_real_pictures_without_an_extractor_are_not_passed_over(
    refdesk: Refdesk, photos: Path, drawn: Path
) -> None:
    said = refdesk("eval", "images", photos, drawn, "--clip", "anywhere")
    assert said.exit_code == 2
    assert "Real pictures are for FID" in said.stderr


def test_levels_need_nobody_who_listens(refdesk: Refdesk, spoken: Path) -> None:
    said = refdesk("eval", "sounds", spoken, "--levels-only", "--json")
    assert said.exit_code == 0
    result = said.json()
    assert result["transcriber"] is None
    assert result["sounds"][0]["loudness_lufs"] < 0


def test_a_missing_listener_is_told(refdesk: Refdesk, spoken: Path) -> None:
    said = refdesk("eval", "sounds", spoken)
    assert said.exit_code == 2
    assert "faster-whisper-tiny" in said.stderr


def test_damaged_and_silent_sounds_are_told(refdesk: Refdesk, tmp_path: Path) -> None:
    (tmp_path / "bad.wav").write_bytes(b"RIFFnone")
    soundfile.write(tmp_path / "quiet.wav", np.zeros(8_000), 8_000)
    said = refdesk("eval", "sounds", tmp_path)
    assert said.exit_code == 1
    assert "1 of 1 files are silent" in said.stdout
    assert "bad.wav" in said.stderr


def test_nothing_to_measure_is_told(refdesk: Refdesk, tmp_path: Path) -> None:
    said = refdesk("eval", "sounds", tmp_path)
    assert said.exit_code == 2
    assert "no sound in" in said.stderr
