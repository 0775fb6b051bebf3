"""Recordings as the command line takes them: who listens, and a question that was spoken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.screen import note, one_line
from apps.errors import WrongUse

if TYPE_CHECKING:
    from generators.audio.transcription import Transcriber

TRANSCRIBER_VARIABLE = "REFDESK_TRANSCRIBER"
#: As `generators.audio.settings` has it: --help imports nothing of that.
DEFAULT_TRANSCRIBER = "faster-whisper-tiny"
_LISTENS = (
    "a transcriber's id (see `refdesk models`), or the folder of a Whisper model converted for CTranslate2."
)
TranscriberModel = Annotated[
    str,
    typer.Option("--model", metavar="MODEL", envvar=TRANSCRIBER_VARIABLE, help=f"Who listens: {_LISTENS}"),
]
QuestionTranscriber = Annotated[
    str,
    typer.Option(
        "--transcriber",
        metavar="MODEL",
        envvar=TRANSCRIBER_VARIABLE,
        help=f"With --recording, who listens: {_LISTENS}",
    ),
]
Recording = Annotated[
    Path | None,
    typer.Option(
        "--recording",
        metavar="FILE",
        help="Ask what is said in this recording (WAV, MP3, FLAC, Ogg, M4A and others) instead of a typed "
        "question. What was heard is shown first.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Question:
    """`heard` is what a recording said, which is then the question; None where it was typed."""

    text: str
    heard: str | None = None

    def as_json(self) -> dict[str, object]:
        """What the answer's JSON says besides."""
        return {} if self.heard is None else {"heard": self.heard}


def question_of(typed: str | None, recording: Path | None, transcriber: str) -> Question:
    """The question as it was typed or spoken; what was heard is told on standard error.

    Raises WrongUse for both and for neither, and where no words were heard; and what listening raises.
    """
    if (typed is None) == (recording is None):
        raise WrongUse("Ask in words, or with --recording; in one of these ways.")
    if typed is not None or recording is None:
        return Question(typed or "")
    from generators.audio.transcription import all_said

    with opened_transcriber(recording, transcriber) as ear:
        heard = all_said(ear.transcribe(recording))
    if not heard:
        raise WrongUse(f"No words were heard in {recording}. Record it again, nearer to the microphone.")
    note(f"Heard: {one_line(heard)}")
    return Question(heard, heard)


@contextmanager
def opened_transcriber(file: Path, model: str, language: str | None = None) -> Iterator[Transcriber]:
    """Who listens to this file. Raises WrongUse where there is none, and ModelMissing."""
    if not file.is_file():
        raise WrongUse(f"There is no file {file}.")
    from contextlib import closing

    from generators.audio.assembly import open_transcriber
    from generators.audio.settings import TranscriptionSettings
    from machine import memory_broker, resolve, usable_cores

    settings = TranscriptionSettings(model=model, language=language, threads=usable_cores())
    with closing(
        open_transcriber(settings, lambda id: resolve(id, kind="transcriber"), memory_broker())
    ) as transcriber:
        yield transcriber
