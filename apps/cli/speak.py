"""`refdesk speak`: a text, a file or an answer becomes a file of speech."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, Verbose
from apps.cli.from_documents import SpokenFromDocuments, ground_of
from apps.cli.making import stopped_by_ctrl_c
from apps.cli.screen import count_of, duration, note, write, write_json
from apps.errors import WrongUse

if TYPE_CHECKING:
    from generators.audio.settings import SpeechSettings
    from generators.audio.speech import SpokenFile

_STANDARD_INPUT = "-"
_NOTE_EVERY = 50  # sentences


def speak(
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="What to say.", show_default=False)
    ] = None,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", "--out", metavar="FILE", help="A new .wav, .flac or .ogg file."),
    ] = Path("speech.wav"),
    file: Annotated[
        str | None,
        typer.Option("--file", metavar="FILE", help="Say what is in this text file; - is standard input."),
    ] = None,
    answer: Annotated[
        str | None,
        typer.Option(
            "--answer",
            metavar="FILE",
            help="Say the answer that `refdesk ask --json` wrote to this file, without its citation marks; "
            "- is standard input. The pages it cites are named in the sound file.",
        ),
    ] = None,
    wish: SpokenFromDocuments = None,
    collection: CollectionName = "default",
    voice: Annotated[
        str,
        typer.Option(
            "--voice",
            metavar="VOICE",
            help="hibari, hibari:<voice>, piper:<model id or .onnx file>, vits:<folder>.",
        ),
    ] = "hibari",
    speed: Annotated[
        float, typer.Option("--speed", help="A multiple of the voice's own pace, from 0.5 to 2.")
    ] = 1.0,
    seed: Annotated[
        int, typer.Option("--seed", help="Same seed, same sound, where the voice is able to.")
    ] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Read a text aloud into a file.

    The file says that a model made it: which, of what text, when, from which pages. Figures, dates and
    abbreviations are spoken as people say them, in English. Needs `pip install 'refdesk[speech]'`.

    \b
    Examples:
      refdesk speak "The library opens at nine." -o opening.wav
      refdesk ask "When does it open?" --json | refdesk speak --answer - -o answer.ogg
      refdesk speak --from-documents "page 4 of rules.pdf" -c work -o page.wav
      refdesk speak --file notes.md --speed 1.2 -o notes.flac
    """
    with errors_in_words(as_json, verbose):
        from generators.audio.sound_files import check_sound_place
        from generators.audio.speech import speak as speak_into

        output = output.expanduser()
        check_sound_place(output, overwrite=overwrite)
        said = _what_to_say(text, file, answer, wish, collection)
        settings = _settings(voice, speed, seed)
        with stopped_by_ctrl_c("Stopping after this sentence") as stopped:
            spoken = speak_into(
                said.text,
                output,
                settings,
                sources=said.sources,
                overwrite=overwrite,
                cancelled=stopped,
                spoken=_tell,
            )
        _show(spoken, as_json)


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    sources: tuple[str, ...] = ()


def _what_to_say(
    text: str | None, file: str | None, answer: str | None, wish: str | None, collection: str
) -> _Said:
    given = [each for each in (text, file, answer, wish) if each is not None]
    if len(given) != 1:
        raise WrongUse("Say what to speak in one way: a text, --file, --answer or --from-documents.")
    if wish is not None:
        ground = ground_of(wish, collection)
        return _Said(ground.text, ground.sources)
    if text is not None:
        return _Said(text)
    if file is not None:
        return _Said(_content(file))
    return _answer(_content(given[0]))


def _content(name: str) -> str:
    try:
        if name == _STANDARD_INPUT:
            return sys.stdin.buffer.read().decode("utf-8")
        return Path(name).expanduser().read_text(encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{name} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise WrongUse(
            f"{name} is no text in UTF-8. Ingest it, and let `refdesk show` give its text."
        ) from error


def _answer(content: str) -> _Said:
    wrong = WrongUse(
        "What --answer was given is no answer. It takes what `refdesk ask QUESTION --json` writes."
    )
    try:
        read = json.loads(content)
        cited = [cited for sentence in read["sentences"] for cited in sentence["citations"]]
        sources = dict.fromkeys(_source(each) for each in cited)
        text = read["answer"]
    except (ValueError, KeyError, TypeError) as error:
        raise wrong from error
    if not isinstance(text, str):
        raise wrong
    return _Said(text, tuple(sources))


def _source(citation: dict[str, Any]) -> str:
    return f"{citation['document']}, page {citation['page']}"


def _settings(voice: str, speed: float, seed: int) -> SpeechSettings:
    from generators.audio.settings import SpeechSettings

    try:
        return SpeechSettings(voice=voice, speed=speed, seed=seed)
    except ValueError as error:
        raise WrongUse(f"This cannot be spoken so: {error}.") from error


def _tell(sentences: int, seconds: float) -> None:
    if sentences % _NOTE_EVERY == 0:
        note(f"{count_of(sentences, 'sentence')} spoken, {duration(seconds)} of speech.")


def _show(spoken: SpokenFile, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "schema": SCHEMA,
                "file": str(spoken.path),
                "seconds": round(spoken.seconds, 3),
                "sentences": spoken.sentences,
                "making": asdict(spoken.making),
            }
        )
        return
    write(f"{spoken.path}: {duration(spoken.seconds)}, {count_of(spoken.sentences, 'sentence')}.")
    write(spoken.making.sentence, dim=True)
