"""Recordings as documents, with an ear that hears what it was told to hear."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.assembly import build_reader
from ingest.errors import DamagedFile, UnsupportedFormat
from ingest.isolation.reader import IsolatedReader
from ingest.loaders.content import FileContent, FileOnDisk
from ingest.loaders.protocol import Closed, Opened, PageRead
from ingest.loaders.recordings import RecordingLoader, time_label
from ingest.loaders.transcription import (
    HeardStretch,
    RecordingUnreadable,
    ScriptedTranscriber,
    Transcriber,
    TranscriberMissing,
)
from ingest.media import tell_media_type
from ingest.settings import IngestSettings

_WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "
_HEARD = (
    HeardStretch(0.0, 62.2, "The library opens\x00 at nine."),
    HeardStretch(62.2, 130.0, ""),
    HeardStretch(130.0, 133.0, "Dogs stay outside."),
)


def scripted() -> Transcriber:
    return ScriptedTranscriber(*_HEARD)


@pytest.fixture
def recording(tmp_path: Path) -> FileOnDisk:
    path = tmp_path / "Board meeting.wav"
    path.write_bytes(_WAV)
    return FileOnDisk(path, path, "0" * 64, len(_WAV))


def test_a_page_is_a_stretch_labelled_with_its_times(recording: FileOnDisk) -> None:
    opened, *pages, closed = RecordingLoader(scripted).read(recording)

    assert isinstance(opened, Opened)
    assert (opened.document.title, opened.document.media_type) == ("Board meeting", "audio/wav")
    read = [event.page for event in pages if isinstance(event, PageRead)]
    assert [(page.number, page.label) for page in read] == [
        (1, "0:00 to 1:02"),
        (2, "1:02 to 2:10"),
        (3, "2:10 to 2:13"),
    ]
    assert read[0].text.split() == "The library opens at nine.".split()
    assert read[1].text == ""
    assert isinstance(closed, Closed)
    assert "misheard" in closed.notes[0]


def test_reading_goes_on_from_any_page(recording: FileOnDisk) -> None:
    events = list(RecordingLoader(scripted).read(recording, first_page=3))

    assert [event.page.number for event in events if isinstance(event, PageRead)] == [3]
    assert not any(
        isinstance(event, PageRead) for event in RecordingLoader(scripted).read(recording, first_page=9)
    )


def test_without_an_ear_the_file_is_named(recording: FileOnDisk) -> None:
    with pytest.raises(UnsupportedFormat, match=r"Board meeting\.wav is a recording, and nothing"):
        list(RecordingLoader().read(recording))


def test_what_to_install_is_said(recording: FileOnDisk) -> None:
    def missing() -> Transcriber:
        raise TranscriberMissing("get it with `refdesk models pull x`")

    with pytest.raises(UnsupportedFormat, match="not installed here: get it with `refdesk models pull x`"):
        list(RecordingLoader(missing).read(recording))


def test_a_damaged_recording_is_a_damaged_file(recording: FileOnDisk) -> None:
    class Deaf:
        def transcribe(self, file: Path, *, skip: int = 0) -> Iterator[HeardStretch]:
            raise RecordingUnreadable("Board meeting.wav is no sound.")

    with pytest.raises(DamagedFile, match="is no sound"):
        list(RecordingLoader(Deaf).read(recording))


def test_the_ear_is_made_in_the_process_that_reads(recording: FileOnDisk) -> None:
    folder = recording.path.parent
    (folder / "an_ear.py").write_text(
        "from ingest.loaders.transcription import HeardStretch, ScriptedTranscriber\n"
        "def listen():\n"
        "    return ScriptedTranscriber(HeardStretch(0.0, 62.2, 'Nine.'))\n"
    )
    with closing(IsolatedReader(transcriber="an_ear:listen", python_path=(folder,))) as reader:
        pages = [event.page for event in reader.read(recording) if isinstance(event, PageRead)]

    assert [(page.label, page.text) for page in pages] == [("0:00 to 1:02", "Nine.")]


def test_the_ear_is_made_here_where_nothing_is_isolated(
    recording: FileOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recording.path.parent
    (folder / "another_ear.py").write_text(
        "from ingest.loaders.transcription import HeardStretch, ScriptedTranscriber\n"
        "def listen():\n"
        "    return ScriptedTranscriber(HeardStretch(0.0, 5.0, 'Ten.'))\n"
    )
    monkeypatch.syspath_prepend(folder)
    with closing(build_reader(IngestSettings(isolated=False), "another_ear:listen")) as reader:
        pages = [event.page for event in reader.read(recording) if isinstance(event, PageRead)]

    assert [(page.label, page.text) for page in pages] == [("0:00 to 0:05", "Ten.")]


def test_times_are_written_as_people_write_them() -> None:
    assert time_label(0, 59.6) == "0:00 to 1:00"
    assert time_label(3605, 3667.4) == "1:00:05 to 1:01:07"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (_WAV, "audio/wav"),
        (b"ID3\x04\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + bytes(60), "audio/mpeg"),
        (b"\xff\xf3\x40\xc4" + bytes(60), "audio/mpeg"),
        (b"fLaC\x00", "audio/flac"),
        (b"OggS\x00", "audio/ogg"),
        (b"FORM\x00\x00\x00\x10AIFFCOMM", "audio/aiff"),
        (b"\x00\x00\x00\x20ftypM4A \x00", "audio/mp4"),
        (b"\x00\x00\x00\x20ftypisom\x00", "video/mp4"),
        ("\ufeffhello there".encode("utf-16-le"), "text/plain"),
    ],
)
def test_recordings_are_told_by_their_content(data: bytes, media_type: str) -> None:
    assert tell_media_type(FileContent(Path("x"), data, "")) == media_type
