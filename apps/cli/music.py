"""`refdesk music`: a prompt becomes a file of music or sound that says how it was made."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, Verbose
from apps.cli.from_documents import MusicFromDocuments
from apps.cli.making import (
    Fetch,
    Guidance,
    WhereToCompute,
    opened_gate,
    stopped_by_ctrl_c,
    tell_shortening,
    took,
    wanted,
)
from apps.cli.screen import duration, write, write_json
from apps.cli.step_line import PlayingProgress
from apps.errors import WrongUse
from apps.tool_choices import MUSIC_MODEL_VARIABLE

if TYPE_CHECKING:
    from generators.audio.composing import ComposedFile


def music(
    prompt: Annotated[
        str, typer.Argument(metavar="PROMPT", help="What is to be heard.", show_default=False)
    ] = "",
    wish: MusicFromDocuments = None,
    collection: CollectionName = "default",
    out: Annotated[
        Path, typer.Option("-o", "--out", "--output", metavar="FILE", help="A new .wav, .flac or .ogg file.")
    ] = Path("music.wav"),
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            envvar=MUSIC_MODEL_VARIABLE,
            help="musicgen:<folder>, or musicgen:<owner/name on the hub>.",
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="How long; MusicGen's own models make up to 30 at a time.")
    ] = 8.0,
    guidance: Guidance = None,
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
    device: WhereToCompute = "auto",
    fetch: Fetch = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Make music or sound from a prompt.

    No model for music comes with Refdesk: name one that you have. The file says in itself that a model made
    it, which, from what prompt, settings and seed. Prompts pass the safety gate (safety.toml in the data
    home). FLAC and Ogg need the extra `speech`.
    With --from-documents the prompt is shaped from what they say, and the file names the page.

    \b
    Examples:
      refdesk music "calm piano" --model musicgen:models/musicgen-small -o calm.wav
      refdesk music "rain on a tin roof" --seconds 20 --seed 7 --model musicgen:models/musicgen-small
      refdesk music --from-documents "the storm on page 4 of log.pdf" -c work -o storm.wav
    """
    with errors_in_words(as_json, verbose):
        from generators.audio.assembly import music_weights_sha256, open_music_maker
        from generators.audio.composing import compose
        from generators.audio.known_music_models import how_to_get_a_music_model
        from generators.audio.music import MusicRequest
        from generators.audio.settings import MusicSettings
        from generators.audio.sound_files import check_sound_place
        from generators.seeds import seed_or_chance
        from machine import cache_folder, memory_broker

        if not model:
            raise WrongUse(
                f"No music model is named: say --model, or {MUSIC_MODEL_VARIABLE}.\n"
                f"{how_to_get_a_music_model()}"
            )
        out = out.expanduser()
        check_sound_place(out, overwrite=overwrite)
        gate = opened_gate("music")
        what = wanted(prompt, wish, collection, gate, model, "music")
        try:
            request = MusicRequest(
                prompt=what.prompt,
                seconds=seconds,
                guidance_scale=guidance,
                temperature=temperature,
                top_k=top_k,
                seed=seed_or_chance(seed),
            )
        except ValueError as error:
            raise WrongUse(f"This cannot be played: {error}.") from error
        settings = MusicSettings(model, device, fetch)
        with (
            closing(open_music_maker(settings, memory_broker())) as maker,
            stopped_by_ctrl_c("Stopping after this step") as interrupted,
        ):
            composed = compose(
                maker,
                request,
                out,
                gate=gate,
                sources=what.sources,
                model_sha256=lambda: music_weights_sha256(settings, cache_folder()),
                overwrite=overwrite,
                shorten=wish is not None,
                progress=PlayingProgress(seconds),
                cancelled=interrupted,
            )
        tell_shortening(what, composed.making.prompt, maker.id)
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
    write(f"{composed.path}: {duration(composed.seconds)}, seed {making.seed}{took(making)}.")
    write(making.sentence, dim=True)
