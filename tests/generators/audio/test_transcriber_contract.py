"""What every Transcriber must do, and how sounds are cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from generators.audio import whisper
from generators.audio.scripted import ScriptedTranscriber, ToneSpeaker
from generators.audio.settings import SpeechSettings, TranscriptionSettings
from generators.audio.sound_files import open_sound
from generators.audio.speech import speak
from generators.audio.transcription import Stretch, Transcriber, Utterance
from generators.errors import GenerationFailed, ModelUnusable, RequestUnusable, SoundUnreadable
from generators.making import Making

_SCRIPT = (
    Stretch(0.0, 61.5, (Utterance(0.0, 4.0, "The library"), Utterance(4.0, 9.0, "opens at nine.")), "en"),
    Stretch(61.5, 80.0, (Utterance(62.0, 70.0, "Dogs stay outside."),), "en"),
)


@pytest.fixture(params=["scripted", pytest.param("whisper", marks=pytest.mark.real)], scope="module")
def build(request: pytest.FixtureRequest) -> Callable[[], Transcriber]:
    if request.param == "scripted":
        return lambda: ScriptedTranscriber(_SCRIPT)
    pytest.importorskip("faster_whisper", reason="the extra `speech` is not installed")
    from generators.audio.whisper import WhisperTranscriber

    folder = request.getfixturevalue("whisper_folder")
    return lambda: WhisperTranscriber(folder, id="faster-whisper-tiny")


@pytest.fixture(scope="module")
def transcriber(build: Callable[[], Transcriber]) -> Iterator[Transcriber]:
    built = build()
    yield built
    built.close()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, transcriber: Transcriber) -> Path:
    """More than a minute, in which somebody says when the library opens."""
    path = tmp_path_factory.mktemp("recordings") / "talk.wav"
    if transcriber.id == "scripted":
        path.write_bytes(b"anything")
        return path
    speak("The library opens at nine. " * 30 + "Dogs stay outside.", path, SpeechSettings())
    return path


def test_stretches_follow_each_other_and_hold_what_was_said(
    transcriber: Transcriber, recording: Path
) -> None:
    stretches = list(transcriber.transcribe(recording))

    assert len(stretches) >= 2
    assert stretches[0].start_seconds == 0
    for stretch, following in pairwise(stretches):
        assert stretch.end_seconds == pytest.approx(following.start_seconds)
    for stretch in stretches:
        for utterance in stretch.utterances:
            assert (
                stretch.start_seconds
                <= utterance.start_seconds
                <= utterance.end_seconds
                <= stretch.end_seconds
            )
            assert utterance.text == utterance.text.strip() != ""
    assert "library opens" in stretches[0].text
    assert "outside" in stretches[-1].text
    assert stretches[0].language == "en"


def test_what_is_skipped_changes_nothing_behind_it(transcriber: Transcriber, recording: Path) -> None:
    whole = list(transcriber.transcribe(recording))

    assert list(transcriber.transcribe(recording, skip=1)) == whole[1:]
    assert list(transcriber.transcribe(recording, skip=len(whole))) == []


def test_a_closed_one_says_so(build: Callable[[], Transcriber], recording: Path) -> None:
    built = build()
    built.close()

    with pytest.raises(GenerationFailed, match="closed"):
        list(built.transcribe(recording))


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper", reason="the extra `speech` is not installed")
    from generators.audio.whisper import WhisperTranscriber

    with pytest.raises(ModelUnusable, match="refdesk models pull faster-whisper-tiny"):
        list(WhisperTranscriber(tmp_path, id="mine").transcribe(tmp_path / "a.wav"))


@pytest.mark.parametrize(
    ("known", "language", "says"),
    [(("en",), "de", "English .en. alone"), (("de", "en"), "xx", "knows de, en"), (("en",), "", "''")],
)
def test_a_language_that_the_model_does_not_know_is_refused_before_the_sound_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: tuple[str, ...], language: str, says: str
) -> None:
    model = SimpleNamespace(supported_languages=list(known))
    monkeypatch.setattr(whisper, "_opened", lambda *_: model)
    asked = whisper.WhisperTranscriber(tmp_path, id="mine", language=language)
    with pytest.raises(RequestUnusable, match=f"mine does not know.*{says}"):
        list(asked.transcribe(tmp_path / "none.wav"))


def test_threads_below_none_are_refused() -> None:
    with pytest.raises(ValueError, match="threads is -1"):
        TranscriptionSettings(threads=-1)


class TestCutting:
    """`read_stretches`, which needs PyAV and no model."""

    @pytest.fixture(autouse=True)
    def _needs_av(self) -> None:
        pytest.importorskip("av", reason="the extra `speech` is not installed")

    def test_a_long_sound_is_cut_in_its_pauses_and_loses_nothing(self, tmp_path: Path) -> None:
        from generators.audio.sound_stretches import read_stretches

        path = tmp_path / "long.wav"
        tone = 0.5 * np.sin(np.arange(8000 * 50) / 3).astype(np.float32)
        with open_sound(path, 8000) as sink:
            for _ in range(3):  # 50 s of a tone, then 1 s of silence
                sink.write(tone)
                sink.write(np.zeros(8000, dtype=np.float32))
            sink.finish(Making("speech", "tones", "long"))

        stretches = list(read_stretches(path))

        assert [round(start) for start, _ in stretches] == [0, 51, 102]
        for start, _ in stretches[1:]:
            assert 0 < start % 51 < 0.9 or start % 51 > 50
        assert sum(samples.size for _, samples in stretches) == pytest.approx(3 * 51 * 16_000, abs=400)
        assert [start for start, _ in read_stretches(path)] == [start for start, _ in stretches]

    @pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\x00\x00\x00\x00WAVEfmt ", b"hello " * 999])
    def test_what_is_no_sound_is_said(self, tmp_path: Path, content: bytes) -> None:
        from generators.audio.sound_stretches import read_stretches

        path = tmp_path / "bad.wav"
        path.write_bytes(content)

        with pytest.raises(SoundUnreadable, match=r"bad\.wav"):
            list(read_stretches(path))

    def test_tones_are_no_speech_but_a_sound(self, tmp_path: Path) -> None:
        from generators.audio.sound_stretches import SAMPLE_RATE, read_stretches

        spoken = speak("One two three.", tmp_path / "a.wav", speaker=ToneSpeaker())

        ((start, samples),) = read_stretches(spoken.path)

        assert start == 0
        assert samples.dtype == np.float32
        assert samples.size == pytest.approx(spoken.seconds * SAMPLE_RATE, abs=200)
