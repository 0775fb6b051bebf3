"""`refdesk eval images`: how good made pictures are."""

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
from apps.cli.screen import write, write_json
from apps.errors import WrongUse

if TYPE_CHECKING:
    from evaluation.images.report import ImageReport


def images(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="[REAL_FOLDER] MADE_FOLDER",
            help="A folder of real pictures, for FID, and the folder of those that were made.",
        ),
    ],
    extractor: Annotated[
        str | None,
        typer.Option(
            "--extractor",
            metavar="NETWORK",
            help="What looks at the pictures for FID and Inception Score: `inception:FILE` (TorchScript, or "
            ".safetensors for torchvision), `torchscript:FILE`, `transformers:FOLDER`, or `pixels`, which is "
            "no model.",
        ),
    ] = None,
    clip: Annotated[
        Path | None,
        typer.Option("--clip", metavar="FOLDER", help="A CLIP model as transformers saves it."),
    ] = None,
    prompts: Annotated[
        Path | None,
        typer.Option(
            "--prompts",
            metavar="FILE",
            help="CSV, TSV or JSON lines with `file` and `prompt`. Without it the pictures' own notes say.",
        ),
    ] = None,
    batch: Annotated[
        int, typer.Option("--batch", metavar="N", min=1, help="How many pictures are looked at at once.")
    ] = 32,
    seed: Seed = 0,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Score made pictures: FID beside real ones, Inception Score, CLIP score.

    The networks lie on your disk; the result names each and the hash of its weights. Pictures that `refdesk
    image` made carry their prompts. Needs `pip install 'refdesk[eval-images]'`.

    \b
    Examples:
      refdesk eval images photos/ drawn/ --extractor inception:inception-2015-12-05.pt
      refdesk eval images drawn/ --clip models/clip-vit-base-patch32
      refdesk eval images photos/ drawn/ --extractor transformers:models/dinov2-base --json
    """
    with errors_in_words(as_json, verbose):
        from evaluation.images.assembly import build_clip_model, build_extractor
        from evaluation.images.measuring import measure_images
        from evaluation.images.missing import how_to_get_a_clip_model, how_to_get_an_extractor
        from evaluation.stated_texts import read_texts
        from machine import cache_folder

        if len(folders) > 2:
            raise WrongUse("Name one folder of made pictures, and perhaps one of real ones before it.")
        if extractor is None and clip is None:
            raise WrongUse(f"{how_to_get_an_extractor()}\n{how_to_get_a_clip_model()}")
        if extractor is None and len(folders) == 2:
            raise WrongUse(f"Real pictures are for FID. {how_to_get_an_extractor()}")
        if prompts is not None and clip is None:
            raise WrongUse(f"--prompts are for the CLIP score. {how_to_get_a_clip_model()}")
        with ExitStack() as open_networks, shown_count("Looking at pictures", "picture") as progress:
            report = measure_images(
                folders[-1],
                folders[0] if len(folders) == 2 else None,
                extractor=None
                if extractor is None
                else open_networks.enter_context(closing(build_extractor(extractor, cache_folder()))),
                clip=None
                if clip is None
                else open_networks.enter_context(closing(build_clip_model(clip, cache_folder()))),
                prompts=None if prompts is None else read_texts(prompts),
                batch_size=batch,
                seed=seed,
                progress=progress,
            )
        _tell(report, as_json)


def _tell(report: ImageReport, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "schema": SCHEMA,
                "made": report.made_count,
                "real": report.real_count,
                "networks": [{"id": network.id, "sha256": network.sha256} for network in report.networks],
                "scores": [figure_as_json(figure) for figure in report.figures],
                "pictures": [
                    {"file": each.file, "prompt": each.prompt, "clip_score": each.clip_score}
                    for each in report.pictures
                ],
                "left_out": left_out_as_json(report.left_out),
                "warnings": list(report.warnings),
            }
        )
    else:
        write_figures(report.figures, report.warnings, "pictures")
        write()
        for network in report.networks:
            weights = f", weights sha256 {network.sha256}" if network.sha256 else ""
            write(f"Seen by {network.id}{weights}.")
    end_with(report.left_out)
