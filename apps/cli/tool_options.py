"""The options that say what tools work with, shared by the commands that call them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.tool_choices import IMAGE_MODEL_VARIABLE, MUSIC_MODEL_VARIABLE, ChosenEngines

if TYPE_CHECKING:
    from rag.tools.workshop import ToolSettings

FilesFolder = Annotated[
    Path | None,
    typer.Option(
        "--files", metavar="FOLDER", help="Where files that are made go; without it `made` in this folder."
    ),
]
ImageModel = Annotated[
    str | None,
    typer.Option(
        "--image-model",
        metavar="MODEL",
        envvar=IMAGE_MODEL_VARIABLE,
        help="What draws; see `refdesk image --help`.",
    ),
]
MusicModel = Annotated[
    str | None,
    typer.Option(
        "--music-model",
        metavar="MODEL",
        envvar=MUSIC_MODEL_VARIABLE,
        help="What makes music; see `refdesk music --help`.",
    ),
]
Voice = Annotated[
    str | None,
    typer.Option("--voice", metavar="VOICE", help="What speaks: hibari, or as `refdesk speak --help` says."),
]
DEFAULT_FOLDER = Path("made")


def tool_settings(
    image_model: str | None, music_model: str | None, voice: str | None, engine: str | None = None
) -> ToolSettings:
    """Settings for these engines; nothing is loaded. Raises WrongUse."""
    from apps.settings import settings_from
    from generators.audio.settings import DEFAULT_VOICE

    chosen = ChosenEngines(image_model or "", music_model or "", voice or DEFAULT_VOICE)
    return chosen.tool_settings(settings_from(engine))
