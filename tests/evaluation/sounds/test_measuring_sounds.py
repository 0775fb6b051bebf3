"""Sound files become figures, whatever lies in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluation.errors import NothingToMeasure
from evaluation.sounds.measuring import SoundReport, find_sounds, measure_sounds
from generators.audio.scripted import ScriptedTranscriber, ToneSpeaker
from generators.audio.settings import SpeechSettings
from generators.audio.speech import speak
from generators.audio.transcription import Stretch, Utterance
from tests.evaluation.sounds.conftest import Record, sine


def hearing(*texts: str, language: str = "en") -> ScriptedTranscriber:
    return ScriptedTranscriber(
        [Stretch(0, 1, (Utterance(0, 1, text),) if text else (), language) for text in texts]
    )


def figures(report: SoundReport) -> dict[str, float]:
    return {figure.name: figure.value for figure in report.figures}


def test_speech_that_carries_its_note_is_read_back(tmp_path: Path) -> None:
    settings = SpeechSettings(voice="scripted")
    speak("Twelve cats sat down.", tmp_path / "a.wav", settings, speaker=ToneSpeaker())
    report = measure_sounds(find_sounds([tmp_path]), transcriber=hearing("twelve bats", "sat down"))

    (sound,) = report.sounds
    assert sound.reading is not None
    assert sound.reading.heard == "twelve bats sat down"
    assert figures(report)["word_error_rate"] == pytest.approx(1 / 4)
    assert figures(report)["character_error_rate"] == pytest.approx(1 / len("twelve cats sat down"))
    assert report.transcriber == "scripted"


def test_the_rate_of_a_set_is_all_errors_over_all_words(record: Record) -> None:
    files = [("a.wav", record("a.wav", sine(1))), ("b.wav", record("b.wav", sine(1)))]
    texts = {"a": "one", "b.wav": "one two three four five six seven"}
    report = measure_sounds(files, transcriber=hearing("one"), texts=texts)
    rate = next(figure for figure in report.figures if figure.name == "word_error_rate")

    assert rate.value == pytest.approx((0 + 6) / (1 + 7))
    assert rate.low is not None
    assert rate.high is not None
    assert 0 <= rate.low < rate.value < rate.high
    assert rate.count == 2


def test_no_error_in_a_few_files_proves_none(record: Record) -> None:
    files = [(name, record(name, sine(1))) for name in ("a.wav", "b.wav")]
    report = measure_sounds(files, transcriber=hearing("one"), texts={"a": "one", "b": "one"})
    rate = report.figures[0]

    assert (rate.value, rate.low) == (0, 0)
    assert rate.high is not None
    assert 0.3 < rate.high < 1


def test_more_put_in_than_was_there_passes_one(record: Record) -> None:
    report = measure_sounds(
        [("a.wav", record("a.wav", sine(1)))], transcriber=hearing("one and two three"), texts={"a": "one"}
    )

    assert figures(report)["word_error_rate"] == 2
    assert report.figures[0].high == pytest.approx(2)


def test_levels_need_no_text_and_nobody_listening(record: Record) -> None:
    record("a.wav", sine(2, 0.5))
    record("b.flac", sine(2, 0.25, rate=24_000), 24_000)
    report = measure_sounds(find_sounds([record("c.ogg", sine(1)).parent]))

    assert [sound.file for sound in report.sounds] == ["a.wav", "b.flac", "c.ogg"]
    assert [sound.sample_rate for sound in report.sounds] == [48_000, 24_000, 48_000]
    assert figures(report)["duration"] == pytest.approx(5 / 3)
    assert "word_error_rate" not in figures(report)
    assert report.transcriber is None
    assert any("2 sample rates" in warning for warning in report.warnings)
    assert any("Only 3 files" in warning for warning in report.warnings)


def test_in_silence_nothing_is_heard(record: Record) -> None:
    path = record("quiet.wav", np.zeros(48_000))
    ear = hearing("thank you for watching")
    report = measure_sounds([("quiet.wav", path)], transcriber=ear, texts={"quiet": "good morning"})

    assert figures(report)["word_error_rate"] == 1
    assert ear.heard == []
    assert "loudness" not in figures(report)
    assert any("silent" in warning for warning in report.warnings)


def test_what_nobody_knows_the_text_of_is_told(record: Record) -> None:
    known, unknown = record("a.wav", sine(1)), record("b.wav", sine(1))
    ear = hearing("x")
    texts = {"a": "x", "other": "words"}
    report = measure_sounds([("a.wav", known), ("b.wav", unknown)], transcriber=ear, texts=texts)

    assert ear.heard == [known]
    assert any("nobody knows what was to be said" in warning for warning in report.warnings)
    assert any("as other" in warning for warning in report.warnings)


def test_other_languages_are_compared_as_they_are_written(record: Record) -> None:
    path = record("a.wav", sine(1))
    report = measure_sounds(
        [("a.wav", path)], transcriber=hearing("Land and Leute", language="de"), texts={"a": "Land und Leute"}
    )

    assert figures(report)["word_error_rate"] == pytest.approx(1 / 3)


def test_a_sign_that_is_a_word_in_english_alone_is_not_read_back(record: Record) -> None:
    path = record("a.wav", sine(1))
    report = measure_sounds([("a.wav", path)], transcriber=hearing("gleich", language="de"), texts={"a": "="})

    assert report.sounds[0].reading is None
    assert any("nobody knows" in warning for warning in report.warnings)


def test_damaged_files_are_named_and_left_out(record: Record) -> None:
    folder = record("a.wav", sine(1)).parent
    (folder / "bad.wav").write_bytes(b"no sound")
    record("empty.wav", np.zeros(0))
    report = measure_sounds(find_sounds([folder]))

    assert [Path(left.file).name for left in report.left_out] == ["bad.wav", "empty.wav"]
    assert len(report.sounds) == 1


def test_what_cannot_be_measured_is_told(tmp_path: Path) -> None:
    with pytest.raises(NothingToMeasure, match="There is no"):
        find_sounds([tmp_path / "nowhere"])
    with pytest.raises(NothingToMeasure, match="no sound in"):
        find_sounds([tmp_path])
    (tmp_path / "a.wav").write_bytes(b"")
    with pytest.raises(NothingToMeasure, match="can be read"):
        measure_sounds(find_sounds([tmp_path]))


def test_equal_names_in_two_folders_keep_their_own_texts(tmp_path: Path) -> None:
    for place, text in (("one", "Good morning."), ("two", "Good night, all.")):
        (tmp_path / place).mkdir()
        settings = SpeechSettings(voice="scripted")
        speak(text, tmp_path / place / "a.wav", settings, speaker=ToneSpeaker())
    report = measure_sounds(
        find_sounds([tmp_path / "one", tmp_path / "two"]), transcriber=hearing("good morning")
    )

    assert [sound.reading.said for sound in report.sounds if sound.reading] == [
        "Good morning.",
        "Good night, all.",
    ]
