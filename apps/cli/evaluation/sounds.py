"""`refdesk eval sounds`: how good spoken and other sounds are."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, Verbose
from apps.cli.evaluation.measured_tables import end_with, figure_as_json, left_out_as_json, write_figures
from apps.cli.evaluation.options import Seed
from apps.cli.evaluation.progress import shown_count
from apps.cli.screen import file_name, note, write, write_json, write_table

if TYPE_CHECKING:
    from evaluation.sounds.measuring import MeasuredSound, SoundReport

_MOST_LISTED = 20


def sounds(
    places: Annotated[
        list[Path], typer.Argument(metavar="FOLDER_OR_FILES", help="Sound files, or folders of them.")
    ],
    texts: Annotated[
        Path | None,
        typer.Option(
            "--texts",
            metavar="FILE",
            help="What was to be said: CSV, TSV or JSON lines with `file` and `text`. Without it speech that "
            "Refdesk made says so itself.",
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="What listens: a transcriber's id (see `refdesk models`), or the folder of a Whisper model "
            "converted for CTranslate2.",
        ),
    ] = "faster-whisper-tiny",
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="CODE", help="The language that is spoken, as in en or de."),
    ] = None,
    levels_only: Annotated[
        bool, typer.Option("--levels-only", help="Let nobody listen: loudness, clipping and silence alone.")
    ] = False,
    seed: Seed = 0,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Score sounds: what is heard of the text, loudness, clipping, silence.

    Word and character error rates come of a model that listens, and its mistakes count as the speaker's.
    Loudness is integrated, by ITU-R BS.1770. Needs `pip install 'refdesk[eval-sounds]'`, and to listen
    `refdesk[speech]`.

    \b
    Examples:
      refdesk eval sounds spoken/
      refdesk eval sounds a.wav b.wav --texts texts.csv
      refdesk eval sounds music/ --levels-only --json
    """
    with errors_in_words(as_json, verbose):
        from evaluation.sounds.measuring import find_sounds, known_texts, measure_sounds
        from evaluation.stated_texts import read_texts
        from generators.audio.assembly import open_transcriber
        from generators.audio.settings import TranscriptionSettings
        from machine import memory_broker, resolve, usable_cores

        files = find_sounds(places)
        stated = None if texts is None else read_texts(texts)
        with ExitStack() as listening, shown_count("Measuring sounds", "sound") as progress:
            transcriber = None
            if not levels_only and not known_texts(files, stated):
                note("Nobody knows what was to be said in these files, so nobody listens: see --texts.")
            elif not levels_only:
                settings = TranscriptionSettings(model=model, language=language, threads=usable_cores())
                transcriber = listening.enter_context(
                    closing(
                        open_transcriber(
                            settings, lambda id: resolve(id, kind="transcriber"), memory_broker()
                        )
                    )
                )
            report = measure_sounds(
                files,
                transcriber=transcriber,
                texts=stated,
                language=language,
                seed=seed,
                progress=progress,
            )
        _tell(report, as_json)


def _tell(report: SoundReport, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "schema": SCHEMA,
                "transcriber": report.transcriber,
                "scores": [figure_as_json(figure) for figure in report.figures],
                "sounds": [_sound_as_json(sound) for sound in report.sounds],
                "left_out": left_out_as_json(report.left_out),
                "warnings": list(report.warnings),
            }
        )
    else:
        _list(report.sounds)
        write_figures(report.figures, report.warnings, "files")
        if report.transcriber is not None:
            write(f"Heard by {report.transcriber}.")
    end_with(report.left_out)


def _list(sounds: tuple[MeasuredSound, ...]) -> None:
    """A line per file, those that were misheard most first, as far as a screen holds them."""
    worst_first = sorted(sounds, key=lambda sound: -_word_error_rate(sound))[:_MOST_LISTED]
    rows = [
        [
            file_name(sound.file),
            f"{sound.seconds:.1f} s",
            f"{sound.sample_rate:,} Hz",
            "" if sound.levels.loudness_lufs is None else f"{sound.levels.loudness_lufs:.1f} LUFS",
            f"{sound.levels.clipped_share:.2%}",
            " / ".join(
                f"{share:.0%}"
                for share in (
                    sound.levels.leading_silence_share,
                    sound.levels.inner_silence_share,
                    sound.levels.trailing_silence_share,
                )
            ),
            "" if sound.reading is None else f"{sound.reading.word_errors} of {sound.reading.words}",
        ]
        for sound in worst_first
    ]
    write_table(["file", "length", "rate", "loudness", "clipped", "silent", "words wrong"], rows)
    if len(sounds) > _MOST_LISTED:
        write(f"({len(sounds) - _MOST_LISTED:,} more files; --json names all)")
    write()


def _word_error_rate(sound: MeasuredSound) -> float:
    return 0.0 if sound.reading is None else sound.reading.word_errors / sound.reading.words


def _sound_as_json(sound: MeasuredSound) -> dict[str, object]:
    levels, reading = sound.levels, sound.reading
    return {
        "file": sound.file,
        "seconds": sound.seconds,
        "sample_rate": sound.sample_rate,
        "channels": sound.channels,
        "loudness_lufs": levels.loudness_lufs,
        "clipped": levels.clipped_share,
        "leading_silence": levels.leading_silence_share,
        "inner_silence": levels.inner_silence_share,
        "trailing_silence": levels.trailing_silence_share,
        "said": None if reading is None else reading.said,
        "heard": None if reading is None else reading.heard,
        "word_errors": None if reading is None else reading.word_errors,
        "words": None if reading is None else reading.words,
        "character_errors": None if reading is None else reading.character_errors,
        "characters": None if reading is None else reading.characters,
    }
