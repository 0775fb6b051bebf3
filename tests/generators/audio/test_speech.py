"""Speaking into a file, and what the file says of itself."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from generators.audio.scripted import ToneSpeaker
from generators.audio.settings import SpeechSettings
from generators.audio.sound_files import open_sound, read_note
from generators.audio.speech import speak
from generators.errors import GenerationFailed, ModelUnusable, NothingToSay, RequestUnusable
from generators.making import Making, NoteUnreadable
from machine.energy import EnergyCounter, EnergyMeter

_TONES = SpeechSettings(voice="scripted", pause_seconds=0.5)


def samples_of(path: Path) -> np.ndarray:
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        return np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")


def test_a_wav_file_holds_the_sentences_and_says_how_it_was_made(tmp_path: Path) -> None:
    path = tmp_path / "answer.wav"

    spoken = speak("Nine o'clock [1]. Grüße!", path, _TONES, sources=["rules.docx, page 2"])

    assert spoken.sentences == 2
    assert spoken.seconds == pytest.approx(0.2 * 2 + 0.5 + 0.2)
    assert samples_of(path).size == round(spoken.seconds * 8000)
    assert read_note(path) == spoken.making
    assert spoken.making.maker == "speech"
    assert spoken.making.prompt == "Nine o'clock [1]. Grüße!"
    assert spoken.making.sources == ("rules.docx, page 2",)
    assert spoken.making.settings == {"speed": "1", "pause_seconds": "0.5"}


@pytest.mark.parametrize("suffix", [".flac", ".ogg"])
def test_compressed_files_say_it_too(tmp_path: Path, suffix: str) -> None:
    soundfile = pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    path = tmp_path / f"answer{suffix}"

    spoken = speak("One two three. " * 2000, path, _TONES)

    assert read_note(path) == spoken.making
    assert soundfile.info(str(path)).duration == pytest.approx(spoken.seconds, abs=0.1)


def test_a_voice_that_is_given_stays_open(tmp_path: Path) -> None:
    voice = ToneSpeaker()

    speak("One.", tmp_path / "1.wav", speaker=voice)
    speak("Two.", tmp_path / "2.wav", speaker=voice)

    assert voice.said == ["One.", "Two."]


def test_progress_is_told_sentence_by_sentence(tmp_path: Path) -> None:
    told: list[tuple[int, float]] = []

    speak(
        "One. Two. Three.",
        tmp_path / "a.wav",
        _TONES,
        spoken=lambda count, seconds: told.append((count, seconds)),
    )

    assert [count for count, _ in told] == [1, 2, 3]
    assert [seconds for _, seconds in told] == pytest.approx([0.2, 0.9, 1.6])


@pytest.mark.parametrize("text", ["", "\n", "[1][2]", "# \n---\n"])
def test_nothing_to_say_is_refused_in_words_and_leaves_no_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(NothingToSay, match="nothing to say"):
        speak(text, tmp_path / "a.wav", _TONES)

    assert list(tmp_path.iterdir()) == []


def test_cancelled_speech_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    count = 0

    def after_two(sentences: int, seconds: float) -> None:
        nonlocal count
        count = sentences

    with pytest.raises(GenerationFailed, match="stopped after 2 sentences"):
        speak(
            "One. Two. Three.", path, _TONES, overwrite=True, cancelled=lambda: count == 2, spoken=after_two
        )

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a.mp3", "a", "a.txt"])
def test_a_name_of_no_kind_that_is_written_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RequestUnusable, match=r"End its name in \.wav"):
        speak("One.", tmp_path / name, _TONES)


def test_a_file_that_is_there_is_replaced_only_when_told_to(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"mine")
    voice = ToneSpeaker()
    with pytest.raises(RequestUnusable, match="is there already"):
        speak("One.", path, speaker=voice)
    assert path.read_bytes() == b"mine"
    speak("One.", path, speaker=voice, overwrite=True)
    assert read_note(path).prompt == "One."


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_folders_that_are_missing_are_made_with_the_file_and_not_before(tmp_path: Path, name: str) -> None:
    path = tmp_path / "none" / "deeper" / name
    with pytest.raises(GenerationFailed, match="stopped after 0 sentences"):
        speak("One.", path, _TONES, cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []
    speak("One.", path, _TONES)
    assert list(tmp_path.rglob("*.*")) == [path]


def test_a_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(RequestUnusable, match="takes no new file"):
        speak("One.", tmp_path / "notes" / "a.wav", _TONES)


@pytest.mark.parametrize("voice", ["nobody", "piper", "vits:", "hibari:nobody"])
def test_a_voice_nobody_knows_is_refused(tmp_path: Path, voice: str) -> None:
    if voice.startswith("hibari"):
        pytest.importorskip("hibari", reason="the extra `speech` is not installed")
    with pytest.raises(ModelUnusable, match="no voice"):
        speak("One.", tmp_path / "a.wav", SpeechSettings(voice=voice))


@pytest.mark.parametrize(
    "build",
    [
        lambda: SpeechSettings(speed=3),
        lambda: SpeechSettings(seed=-1),
        lambda: SpeechSettings(pause_seconds=-1),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(build) -> None:  # type: ignore[no-untyped-def]  # a lambda each
    with pytest.raises(ValueError, match="must be from"):
        build()


def test_too_loud_samples_are_cut_off_and_not_turned_around(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    with open_sound(path, 8000) as sink:
        sink.write(np.array([2.0, -2.0, np.nan, 0.5], dtype=np.float32))
        sink.finish(Making("speech", "tones", "loud"))

    assert samples_of(path).tolist() == [32767, -32767, 0, 16384]


@pytest.mark.parametrize(
    "content",
    [
        b"RIFF",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"RIFF\x00\x00\x00\x00WAVELIST\xff\xff\xff\xffINFO",
        b"RIFF\x00\x00\x00\x00WAVELIST" + struct.pack("<I", 12) + b"INFOICMT\xff\xff\xff\xff",
        b"RIFF\x00\x00\x00\x00WAVELIST" + struct.pack("<I", 14) + b"INFOICMT\x02\x00\x00\x00{}",
    ],
)
def test_files_without_a_note_say_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)

    with pytest.raises(NoteUnreadable):
        read_note(path)


def test_the_energy_that_speaking_took_is_told(tmp_path: Path) -> None:
    loading, speaking = (1.0, 3.0), (4.0, 8.5, 9.0, 12.0)  # at the begin, after each sentence, at the end
    told = iter((*loading, *speaking))
    meter = EnergyMeter((EnergyCounter("package-0", lambda: next(told)),))
    making = speak("One. Two.", tmp_path / "1.wav", _TONES, meter=meter).making
    assert (making.energy_joules, making.energy_of) == (12.0 - 4.0, ("package-0",))
    assert making.loading_energy_joules == 3.0 - 1.0
    assert making.loading_seconds is not None
