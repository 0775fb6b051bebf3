"""`refdesk image`: a prompt becomes a picture that says in its file how it was made."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.cli.boundary import INTERRUPTED, SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, Verbose
from apps.cli.from_documents import FromDocuments
from apps.cli.image_start import control_from, decoder_start_from, size_from, start_from
from apps.cli.making import (
    Fetch,
    Guidance,
    Wanted,
    WhereToCompute,
    opened_gate,
    stopped_by_ctrl_c,
    tell_shortening,
    took,
    wanted,
)
from apps.cli.screen import note, write, write_json
from apps.cli.step_line import DrawingProgress
from apps.errors import WrongUse
from apps.tool_choices import IMAGE_MODEL_VARIABLE

if TYPE_CHECKING:
    from generators.image.drawing import DrawnFiles

# As `generators.image.settings` has it: --help imports nothing of that.
_Placement = Literal["auto", "whole", "offload", "sequential"]


def image(
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="What to draw.", show_default=False)] = "",
    wish: FromDocuments = None,
    collection: CollectionName = "default",
    out: Annotated[
        Path, typer.Option("-o", "--out", "--output", metavar="FILE", help="A new .png, .jpg or .webp file.")
    ] = Path("image.png"),
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            envvar=IMAGE_MODEL_VARIABLE,
            help="A Stable Diffusion model: its folder, a .safetensors file, or owner/name on the hub. Or a "
            "GAN or autoencoder: the .toml file that describes it.",
        ),
    ] = None,
    negative: Annotated[str, typer.Option("--negative", metavar="TEXT", help="What is not wanted.")] = "",
    guidance: Guidance = None,
    steps: Annotated[int | None, typer.Option(help="Steps; without it 30, or 4 of a Turbo model.")] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="NAME", help="For instance ddim, euler, euler-a, dpm++, unipc.")
    ] = None,
    size: Annotated[
        str | None, typer.Option(metavar="WxH", help="Width and height in pixels, as 512x768.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="The same seed draws the same; without it one is drawn.")
    ] = None,
    count: Annotated[int, typer.Option(help="Pictures; each has the next seed.")] = 1,
    picture: Annotated[
        Path | None, typer.Option("--from", metavar="PICTURE", help="A picture to draw over.")
    ] = None,
    strength: Annotated[
        float | None, typer.Option(help="How much of that picture is given up, from 0 to 1.")
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(metavar="PICTURE", help="With --from: only where this is white is drawn anew."),
    ] = None,
    extend: Annotated[
        str | None,
        typer.Option(metavar="L,T,R,B", help="With --from: go on so many pixels left, top, right, bottom."),
    ] = None,
    control: Annotated[
        Path | None, typer.Option(metavar="PICTURE", help="Lines, depths or poses to follow.")
    ] = None,
    control_model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="The ControlNet for it: a folder or a .safetensors file."),
    ] = None,
    control_weight: Annotated[float, typer.Option(help="How closely they are followed.")] = 1.0,
    lora: Annotated[Path | None, typer.Option(metavar="FILE", help="A LoRA as .safetensors file.")] = None,
    lora_weight: Annotated[float, typer.Option(help="How much of it.")] = 1.0,
    label: Annotated[
        str | None, typer.Option("--class", metavar="CLASS", help="Of a GAN: what class, by name or number.")
    ] = None,
    truncation: Annotated[
        float | None, typer.Option(help="Of a GAN: below 1 pictures are more alike and more usual.")
    ] = None,
    to_seed: Annotated[
        int | None, typer.Option(help="Of a GAN: the way to that seed's picture, in --count pictures.")
    ] = None,
    configuration: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="For a .safetensors file: its configurations and tokenizer."),
    ] = None,
    device: WhereToCompute = "auto",
    placement: Annotated[
        _Placement, typer.Option(help="All of the model on the GPU, or part by part where memory is short.")
    ] = "auto",
    preview: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A small, rough PNG, written anew after each step.")
    ] = None,
    fetch: Fetch = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")] = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Draw a picture from a prompt, over a picture, within a mask, or beyond a picture's edges.

    No model for pictures comes with Refdesk: name one that you have. Each file says in itself that a model
    made it, which, from what prompt, settings and seed. Prompts pass the safety gate (safety.toml in the
    data home).
    Needs the extra `images`.
    With --from-documents the prompt is shaped from what they say, and the file names the page.

    \b
    Examples:
      refdesk image "a brass telescope, engraving" --model models/ssd-1b -o telescope.png
      refdesk image "the same in winter" --model models/ssd-1b --from park.png --strength 0.5 -o winter.png
      refdesk image --from-documents "the apparatus on page 4 of manual.pdf" -c work --model models/ssd-1b
    """
    with errors_in_words(as_json, verbose):
        from generators.image.assembly import image_weights_sha256, open_image_maker
        from generators.image.drawing import check_picture_places, draw
        from generators.image.known_models import how_to_get_a_model
        from generators.image.protocol import ImageRequest, Lora
        from generators.image.settings import ImageSettings
        from generators.seeds import seed_or_chance
        from machine import cache_folder, memory_broker

        if not model:
            raise WrongUse(
                f"No image model is named: say --model, or {IMAGE_MODEL_VARIABLE}.\n{how_to_get_a_model()}"
            )
        without_words = model.endswith(".toml")
        if without_words and wish is not None:
            raise WrongUse("--from-documents makes a prompt, and a GAN or an autoencoder takes none.")
        if not without_words and (label, truncation, to_seed) != (None, None, None):
            raise WrongUse("--class, --truncation and --to-seed are for GANs: --model MODEL.toml.")
        if preview is not None and not preview.absolute().parent.is_dir():
            raise WrongUse(f"There is no folder {preview.parent} for the preview. Make it first.")
        try:
            request = ImageRequest(
                prompt=prompt,
                negative_prompt=negative,
                start=decoder_start_from(picture, label, truncation, to_seed)
                if without_words
                else start_from(picture, strength, mask, extend),
                control=control_from(control, control_model, control_weight),
                guidance_scale=guidance,
                steps=steps,
                scheduler=scheduler,
                size=size_from(size),
                seed=seed_or_chance(seed),
                count=count,
                lora=None if lora is None else Lora(lora, lora_weight),
                previews=preview is not None,
            )
        except ValueError as error:
            raise WrongUse(f"This cannot be drawn: {error}.") from error
        out = out.expanduser()
        check_picture_places(out, count, overwrite=overwrite)
        gate = opened_gate("image")
        what = Wanted(prompt) if without_words else wanted(prompt, wish, collection, gate, model, "picture")
        request = replace(request, prompt=what.prompt)
        settings = ImageSettings(model, configuration, device, placement, fetch, gate.settings.check_pictures)
        with (
            closing(open_image_maker(settings, memory_broker())) as maker,
            stopped_by_ctrl_c("Stopping after this step") as interrupted,
        ):
            drawn = draw(
                maker,
                request,
                out,
                gate=gate,
                sources=what.sources,
                model_sha256=lambda: image_weights_sha256(settings, cache_folder()),
                overwrite=overwrite,
                shorten=wish is not None,
                progress=DrawingProgress(preview),
                cancelled=interrupted,
            )
        if drawn.files:
            tell_shortening(what, drawn.files[0].making.prompt, maker.id)
        _write_result(drawn, as_json)
        if drawn.interrupted:
            raise typer.Exit(INTERRUPTED)


def _write_result(drawn: DrawnFiles, as_json: bool) -> None:
    if as_json:
        files: list[dict[str, object]] = [
            {
                "path": str(file.path),
                "seed": file.making.seed,
                "seconds": file.making.seconds,
                "energy_joules": file.making.energy_joules,
                "loading_seconds": file.making.loading_seconds,
                "loading_energy_joules": file.making.loading_energy_joules,
                "model": file.making.model,
                "prompt": file.making.prompt,
                "settings": dict(file.making.settings),
                "sources": list(file.making.sources),
                "made_at": file.making.made_at,
            }
            for file in drawn.files
        ]
        write_json(
            {"schema": SCHEMA, "files": files, "interrupted": drawn.interrupted, "flagged": drawn.flagged}
        )
        return
    for file in drawn.files:
        write(f"{file.path}: seed {file.making.seed}{took(file.making)}")
    if drawn.flagged:
        note(f"{drawn.flagged} of the pictures were flagged by the model's safety checker and not kept.")
