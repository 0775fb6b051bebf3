"""The options that say what tools work with, shared by the commands that call them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.image import MODEL_VARIABLE
from apps.cli.music import MODEL_VARIABLE as MUSIC_MODEL_VARIABLE
from apps.errors import WrongUse

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
        envvar=MODEL_VARIABLE,
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
    from generators.audio.settings import DEFAULT_VOICE, MusicSettings, SpeechSettings
    from generators.image.settings import ImageSettings
    from rag.tools.workshop import ToolSettings

    try:
        return ToolSettings(
            image=ImageSettings(image_model) if image_model else None,
            music=MusicSettings(music_model) if music_model else None,
            speech=SpeechSettings(voice=voice or DEFAULT_VOICE),
            writer=settings_from(engine).generator,
        )
    except ValueError as error:
        raise WrongUse(f"{error}.") from error
