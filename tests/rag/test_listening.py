"""What ingestion hears through a generator's ear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generators.audio.scripted import ScriptedTranscriber
from generators.audio.transcription import Stretch, Utterance
from generators.errors import EngineMissing, GeneratorError, ModelUnusable, SoundUnreadable
from ingest.errors import IngestError
from ingest.loaders.transcription import HeardStretch, RecordingUnreadable, TranscriberMissing
from rag.listening import IngestionTranscriber, build_transcriber


def test_stretches_come_with_all_that_was_said() -> None:
    engine = ScriptedTranscriber(
        (
            Stretch(0.0, 60.0, (Utterance(0.0, 2.0, "At nine."), Utterance(3.0, 4.0, "Or ten."))),
            Stretch(60.0, 61.0, ()),
        )
    )
    ear = IngestionTranscriber(engine)

    assert list(ear.transcribe(Path("a.wav"))) == [
        HeardStretch(0.0, 60.0, "At nine. Or ten."),
        HeardStretch(60.0, 61.0, ""),
    ]
    assert list(ear.transcribe(Path("a.wav"), skip=1)) == [HeardStretch(60.0, 61.0, "")]


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (EngineMissing("Install it."), TranscriberMissing),
        (ModelUnusable("Get it."), TranscriberMissing),
        (SoundUnreadable("a.wav holds no sound."), RecordingUnreadable),
    ],
)
def test_errors_are_said_in_ingestions_terms(raised: GeneratorError, expected: type[IngestError]) -> None:
    class Broken:
        id = "broken"

        def transcribe(self, file: Path, *, skip: int = 0) -> Iterator[Stretch]:
            raise raised

        def close(self) -> None: ...

    with pytest.raises(expected):
        list(IngestionTranscriber(Broken()).transcribe(Path("a.wav")))


def test_a_model_that_is_not_here_is_named_with_its_command(home: Path) -> None:
    with pytest.raises(TranscriberMissing, match="refdesk models pull faster-whisper-tiny"):
        build_transcriber()


@pytest.mark.real
def test_a_spoken_sentence_is_found_again_in_the_recording(
    home_with_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("faster_whisper", reason="the extra `speech` is not installed")
    from generators.audio.speech import speak
    from ingest.settings import EmbedderSettings, IngestSettings
    from rag import Settings, open_collection

    talks = tmp_path / "talks"
    talks.mkdir()
    speak("The winch rope is inspected every six months.", talks / "club talk.wav")
    settings = Settings(ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing")))
    with open_collection("talks", settings) as collection:
        report = collection.ingest([talks])
        (hit,) = collection.search("winch rope")
        (page,) = collection.pages(hit.document)

    assert [file.outcome for file in report.files] == ["ingested"]
    assert "inspected" in hit.text
    assert page.label.startswith("0:00 to ")
