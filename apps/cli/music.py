"""`refdesk music`: a prompt becomes a file of music or sound that says how it was made."""

from __future__ import annotations

import secrets
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, Verbose
from apps.cli.interruption import Interruption
from apps.cli.playing_progress import PlayingProgress
from apps.cli.screen import duration, note_from_signal, write, write_json
from apps.errors import WrongUse

if TYPE_CHECKING:
    from generators.audio.composing import ComposedFile

MODEL_VARIABLE = "REFDESK_MUSIC_MODEL"
_SEEDS = 2**31

# As `generators.devices` has it: --help imports nothing of that.
_Device = Literal["auto", "cpu", "cuda", "mps"]


def music(
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="What is to be heard.", show_default=False)],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="A new .wav, .flac or .ogg file.")
    ] = Path("music.wav"),
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            envvar=MODEL_VARIABLE,
            help="musicgen:<folder>, or musicgen:<owner/name on the hub>.",
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="How long; MusicGen's own models make up to 30 at a time.")
    ] = 8.0,
    guidance: Annotated[
        float | None,
        typer.Option(
            help="How closely the prompt is followed; 1: no guidance. Without it, the model's custom."
        ),
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help="Below 1 more usual, above 1 less. Without it, the model's custom.")
    ] = None,
    top_k: Annotated[
        int | None,
        typer.Option(help="From how many of the likeliest codes each is drawn. Without it, the model's."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="The same seed plays the same; without it one is drawn.")
    ] = None,
    device: Annotated[_Device, typer.Option(help="Where to compute.")] = "auto",
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Get a model of the hub that is not here. Else nothing connects.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Make music or sound from a prompt.

    No model for music comes with Refdesk: name one that you have. The file says in itself that a model made
    it, which, from what prompt, settings and seed. Prompts pass the safety gate (safety.toml in the data
    home). FLAC and Ogg need the extra `speech`.

    \b
    Examples:
      refdesk music "calm piano" --model musicgen:models/musicgen-small -o calm.wav
      refdesk music "rain on a tin roof" --seconds 20 --seed 7 --model musicgen:models/musicgen-small
    """
    with errors_in_words(as_json, verbose):
        from generators.audio.assembly import music_weights_sha256, open_music_maker
        from generators.audio.composing import compose
        from generators.audio.known_music_models import how_to_get_a_music_model
        from generators.audio.music import MusicRequest
        from generators.audio.settings import MusicSettings
        from generators.errors import GenerationFailed
        from generators.safety import LOG_FILE, SafetyGate, SafetySettingsUnreadable, read_safety_settings
        from machine import cache_folder, data_home, memory_broker

        if not model:
            raise WrongUse(
                f"No music model is named: say --model, or {MODEL_VARIABLE}.\n{how_to_get_a_music_model()}"
            )
        try:
            safety = read_safety_settings(data_home())
            request = MusicRequest(
                prompt=prompt,
                seconds=seconds,
                guidance_scale=guidance,
                temperature=temperature,
                top_k=top_k,
                seed=secrets.randbelow(_SEEDS) if seed is None else seed,
            )
        except SafetySettingsUnreadable as error:
            raise WrongUse(str(error)) from error
        except ValueError as error:
            raise WrongUse(f"This cannot be played: {error}.") from error
        settings = MusicSettings(model, device, fetch)
        with (
            closing(open_music_maker(settings, memory_broker())) as maker,
            Interruption(
                lambda: note_from_signal("Stopping after this step; Ctrl-C again stops at once.")
            ) as interrupted,
        ):
            try:
                composed = compose(
                    maker,
                    request,
                    out.expanduser(),
                    gate=SafetyGate(safety, data_home() / LOG_FILE, maker="music"),
                    model_sha256=lambda: music_weights_sha256(settings, cache_folder()),
                    overwrite=overwrite,
                    progress=PlayingProgress(seconds),
                    cancelled=interrupted,
                )
            except GenerationFailed as error:
                if interrupted():
                    raise KeyboardInterrupt from error
                raise
        _write_result(composed, as_json)


def _write_result(composed: ComposedFile, as_json: bool) -> None:
    making = composed.making
    if as_json:
        write_json(
            {
                "schema": SCHEMA,
                "file": str(composed.path),
                "seconds": round(composed.seconds, 3),
                "making": asdict(making),
            }
        )
        return
    took = "" if making.seconds is None else f", made in {duration(making.seconds)}"
    write(f"{composed.path}: {duration(composed.seconds)}, seed {making.seed}{took}.")
    write(making.sentence, dim=True)
