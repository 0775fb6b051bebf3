"""`refdesk transcribe`: what is said in a recording, with times."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, Verbose
from apps.cli.listening import DEFAULT_TRANSCRIBER, TranscriberModel, opened_transcriber
from apps.cli.screen import note, write, write_json

if TYPE_CHECKING:
    from generators.audio.transcription import Stretch


def transcribe(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A recording: WAV, MP3, FLAC, Ogg, M4A and others.")
    ],
    model: TranscriberModel = DEFAULT_TRANSCRIBER,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            metavar="CODE",
            help="The language that is spoken, as in en or de; without it the model tells.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Write down what is said in a recording.

    Each line stands behind the time at which it was said. To search recordings, ingest them: a page is about
    a minute. Needs `pip install 'refdesk[speech]'` and `refdesk models pull faster-whisper-tiny`, which knows
    English alone.

    \b
    Examples:
      refdesk transcribe meeting.mp3
      refdesk transcribe meeting.mp3 --json
    """
    with errors_in_words(as_json, verbose):
        heard: list[Stretch] = []
        with opened_transcriber(file, model, language) as transcriber:
            for stretch in transcriber.transcribe(file):
                heard.append(stretch)
                if not as_json:
                    _show(stretch)
        if as_json:
            write_json({"schema": SCHEMA, "file": str(file), "model": model, **_described(heard)})
        elif not any(stretch.utterances for stretch in heard):
            note(f"No speech was heard in {file}.")


def _show(stretch: Stretch) -> None:
    from ingest.loaders.recordings import clock_time

    for utterance in stretch.utterances:
        write(f"{clock_time(utterance.start_seconds):>7}  {utterance.text}")


def _described(heard: list[Stretch]) -> dict[str, object]:
    from generators.audio.transcription import all_said

    utterances = [utterance for stretch in heard for utterance in stretch.utterances]
    return {
        "language": next((stretch.language for stretch in heard if stretch.utterances), None),
        "seconds": round(heard[-1].end_seconds, 3) if heard else 0.0,
        "text": all_said(heard),
        "utterances": [
            {
                "start_seconds": round(utterance.start_seconds, 2),
                "end_seconds": round(utterance.end_seconds, 2),
                "text": utterance.text,
            }
            for utterance in utterances
        ],
    }
