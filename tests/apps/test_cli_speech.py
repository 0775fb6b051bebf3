"""`refdesk speak` and `refdesk transcribe`, with tones for a voice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generators.audio import assembly
from generators.audio.scripted import ScriptedTranscriber
from generators.audio.settings import DEFAULT_TRANSCRIBER, TranscriptionSettings
from generators.audio.sound_files import read_note
from generators.audio.transcription import Stretch, Utterance

Refdesk = Callable[..., Any]
_TONES = ("--voice", "scripted")


def test_a_text_becomes_a_file(refdesk: Refdesk, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"

    said = refdesk("speak", "It opens at nine. Dogs stay out.", "-o", path, *_TONES)

    assert said.exit_code == 0, said.stderr
    assert "2 sentences" in said.stdout
    assert "Made by a model: scripted" in said.stdout
    assert read_note(path).prompt == "It opens at nine. Dogs stay out."


def test_json_says_what_the_file_says(refdesk: Refdesk, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"

    said = refdesk("speak", "Nine.", "-o", path, "--speed", "2", "--json", *_TONES).json()

    assert said["schema"] == 1
    assert (said["file"], said["sentences"], said["seconds"]) == (str(path), 1, 0.1)
    assert said["making"]["settings"]["speed"] == "2"
    assert said["making"]["made_at"] == read_note(path).made_at


def test_a_file_and_standard_input_are_read(refdesk: Refdesk, tmp_path: Path) -> None:
    text = tmp_path / "notes.md"
    text.write_text("# Notes\n\nIt opens [1].", encoding="utf-8")

    for place, given, typed in (("a.wav", text, ""), ("b.wav", "-", "One. Two.")):
        said = refdesk("speak", "--file", given, "-o", tmp_path / place, "--json", *_TONES, typed=typed)
        assert said.json()["sentences"] == 2


def test_an_answer_is_read_with_the_pages_it_cites(refdesk: Refdesk, tmp_path: Path) -> None:
    citation = {"document": "rules.docx", "page": 2}
    answer = {"answer": "At nine. [1]", "sentences": [{"citations": [citation, citation]}]}
    path = tmp_path / "a.wav"

    said = refdesk("speak", "--answer", "-", "-o", path, *_TONES, typed=json.dumps(answer))

    assert said.exit_code == 0, said.stderr
    assert read_note(path).sources == ("rules.docx, page 2",)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "in one way"),
        (("One.", "--file", "x"), "in one way"),
        (("[1]",), "nothing to say"),
        (("One.", "--speed", "9"), "speed is 9"),
        (("One.", "--voice", "nobody"), "no voice"),
        (("--file", "/no/such/file"), "cannot be read"),
        (("--answer", "/no/such/file"), "cannot be read"),
    ],
)
def test_wrong_use_is_said_in_words(
    refdesk: Refdesk, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    said = refdesk("speak", *_TONES, *arguments, "-o", tmp_path / "a.wav")

    assert said.exit_code == 2
    assert words in said.stderr
    assert list(tmp_path.glob("*.wav")) == []


@pytest.mark.parametrize("answer", ["", "[]", "{}", '{"answer": 1, "sentences": []}', '{"sentences": 3}'])
def test_what_is_no_answer_is_refused(refdesk: Refdesk, tmp_path: Path, answer: str) -> None:
    said = refdesk("speak", "--answer", "-", "-o", tmp_path / "a.wav", *_TONES, typed=answer)

    assert said.exit_code == 2
    assert "is no answer" in said.stderr


def test_a_name_of_no_kind_is_wrong_use(refdesk: Refdesk, tmp_path: Path) -> None:
    said = refdesk("speak", "One.", "-o", tmp_path / "a.mp3", "--json", *_TONES)

    assert said.exit_code == 2
    assert ".flac" in said.json()["error"]["message"]


def test_a_file_that_is_there_is_replaced_only_when_told_to(refdesk: Refdesk, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"mine")

    said = refdesk("speak", "One.", "--out", path, *_TONES)

    assert said.exit_code == 2
    assert "is there already" in said.stderr
    assert path.read_bytes() == b"mine"
    assert refdesk("speak", "One.", "--output", path, "--overwrite", *_TONES).exit_code == 0
    assert read_note(path).prompt == "One."


def test_where_it_is_to_lie_is_asked_before_anything_is_read(refdesk: Refdesk, tmp_path: Path) -> None:
    said = refdesk("speak", "--from-documents", "page 1 of fees.md", "-o", tmp_path / "a.mp3", *_TONES)
    assert said.exit_code == 2
    assert "a.mp3 does not say" in said.stderr


def test_a_transcriber_that_is_not_here_is_named_with_its_command(refdesk: Refdesk, tmp_path: Path) -> None:
    recording = tmp_path / "a.wav"
    refdesk("speak", "One.", "-o", recording, *_TONES)

    said = refdesk("transcribe", recording)

    assert said.exit_code == 2
    assert "refdesk models pull faster-whisper-tiny" in said.stderr


def test_a_recording_that_is_not_there_is_named(refdesk: Refdesk, tmp_path: Path) -> None:
    said = refdesk("transcribe", tmp_path / "none.wav")

    assert said.exit_code == 2
    assert "none.wav" in said.stderr


def test_what_was_heard_is_shown_with_its_times(
    refdesk: Refdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    utterances = (Utterance(61.0, 63.5, "It opens at nine."), Utterance(64.0, 65.0, "Dogs stay out."))
    heard = (Stretch(0.0, 60.0, ()), Stretch(60.0, 66.0, utterances, "en"))
    _hears(monkeypatch, *heard)
    recording = tmp_path / "a.wav"
    recording.write_bytes(b"anything")

    shown = refdesk("transcribe", recording).stdout
    said = refdesk("transcribe", recording, "--json").json()

    assert shown.splitlines() == ["   1:01  It opens at nine.", "   1:04  Dogs stay out."]
    assert said["text"] == "It opens at nine. Dogs stay out."
    assert (said["language"], said["seconds"]) == ("en", 66.0)
    assert said["utterances"][0] == {"start_seconds": 61.0, "end_seconds": 63.5, "text": "It opens at nine."}


def test_a_page_is_read_aloud_and_named(refdesk: Refdesk, filled: Path, tmp_path: Path) -> None:
    path = tmp_path / "page.wav"
    said = refdesk("speak", "--from-documents", "page 2 of fees.md", "-o", path, *_TONES)
    assert said.exit_code == 0, said.stderr
    assert read_note(path).prompt == "Returns\n\nBooks go back on Friday."
    assert read_note(path).sources[0].startswith(f"{filled / 'fees.md'}, page 2 ")


def _hears(monkeypatch: pytest.MonkeyPatch, *stretches: Stretch) -> list[str]:
    """Who listens hears this; the models it was asked of are returned."""
    asked: list[str] = []

    def opened(settings: TranscriptionSettings, *_: object) -> ScriptedTranscriber:
        asked.append(settings.model)
        return ScriptedTranscriber(stretches)

    monkeypatch.setattr(assembly, "open_transcriber", opened)
    return asked


def _said(text: str) -> Stretch:
    return Stretch(0.0, 3.0, (Utterance(0.2, 2.0, text),), "en")


@pytest.fixture
def question(tmp_path: Path) -> Path:
    recording = tmp_path / "question.wav"
    recording.write_bytes(b"anything")
    return recording


def test_a_question_may_be_spoken_and_what_was_heard_is_shown(
    refdesk: Refdesk, filled: Path, question: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hears(monkeypatch, _said(" What is the"), Stretch(3.0, 4.0, ()), _said("annual fee? "))
    answered = refdesk("ask", "--recording", question)
    assert answered.exit_code == 0, answered.stderr
    assert "refdesk: Heard: What is the annual fee?\n" in answered.stderr
    assert "12 euros" in answered.stdout
    told = refdesk("ask", "--recording", question, "--json").json()
    assert told["heard"] == "What is the annual fee?"
    assert "12 euros" in told["answer"]
    assert "heard" not in refdesk("ask", "What is the annual fee?", "--json").json()


def test_who_listens_is_an_option_or_stands_in_the_environment(
    refdesk: Refdesk, filled: Path, question: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _hears(monkeypatch, _said("What is the annual fee?"))
    refdesk("ask", "--recording", question)
    monkeypatch.setenv("REFDESK_TRANSCRIBER", "another-ear")
    refdesk("ask", "--recording", question)
    refdesk("transcribe", question)
    refdesk("ask", "--recording", question, "--transcriber", "a-third")
    assert asked == [DEFAULT_TRANSCRIBER, "another-ear", "another-ear", "a-third"]


def test_a_question_is_typed_or_spoken_and_has_words(
    refdesk: Refdesk, filled: Path, question: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hears(monkeypatch, Stretch(0.0, 3.0, ()))
    for arguments, words in (
        ((), "in one of these ways"),
        (("fee?", "--recording", question), "in one of these ways"),
        (("--recording", question), f"No words were heard in {question}"),
        (("--recording", question.with_name("none.wav")), "There is no file"),
    ):
        said = refdesk("ask", *arguments)
        assert said.exit_code == 2
        assert words in said.stderr


def test_who_is_to_listen_and_is_not_here_is_named_with_its_command(
    refdesk: Refdesk, filled: Path, question: Path
) -> None:
    said = refdesk("ask", "--recording", question)
    assert said.exit_code == 2
    assert "refdesk models pull faster-whisper-tiny" in said.stderr
