"""Which engines the page's tools use, and what is said where one is not here."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apps.errors import WrongUse
from apps.sizes import megabytes
from apps.tool_bench import missing_model

if TYPE_CHECKING:
    from rag import Settings
    from rag.tools.workshop import ToolSettings

IMAGE_MODEL_VARIABLE, MUSIC_MODEL_VARIABLE = "REFDESK_IMAGE_MODEL", "REFDESK_MUSIC_MODEL"
VOICE_VARIABLE = "REFDESK_VOICE"

#: Tools whose texts the language model writes.
WRITING = ("summarize", "translate", "classify", "entities")


@dataclass(frozen=True, slots=True)
class ChosenEngines:
    """Names as they are typed; empty: none is named."""

    image: str = ""
    music: str = ""
    voice: str = ""

    @classmethod
    def of_environment(cls) -> ChosenEngines:
        from generators.audio.settings import DEFAULT_VOICE

        return cls(
            os.environ.get(IMAGE_MODEL_VARIABLE, ""),
            os.environ.get(MUSIC_MODEL_VARIABLE, ""),
            os.environ.get(VOICE_VARIABLE) or DEFAULT_VOICE,
        )

    def tool_settings(self, settings: Settings) -> ToolSettings:
        """For the tools, with the language model of these settings. Raises WrongUse."""
        from generators.audio.settings import DEFAULT_VOICE, MusicSettings, SpeechSettings
        from generators.image.settings import ImageSettings
        from rag.tools.workshop import ToolSettings

        try:
            return ToolSettings(
                image=ImageSettings(self.image) if self.image else None,
                music=MusicSettings(self.music) if self.music else None,
                speech=SpeechSettings(voice=self.voice or DEFAULT_VOICE),
                writer=settings.generator,
            )
        except ValueError as error:
            raise WrongUse(f"{error}.") from error

    def with_engine(self, tool: str, name: str) -> ChosenEngines:
        """The same with another engine for that tool."""
        field = {"draw": "image", "music": "music", "speak": "voice"}[tool]
        return replace(self, **{field: name})

    def engine_of(self, tool: str) -> str:
        return {"draw": self.image, "music": self.music, "speak": self.voice}.get(tool, "")


@dataclass(frozen=True, slots=True)
class ModelToGet:
    """A model that is not here: `about` has name, licence and size; `command` gets it."""

    about: str
    command: str


def models_to_get(tool: str, engines: ChosenEngines, settings: Settings) -> tuple[ModelToGet, ...]:
    """What the tool lacks: one model, or several of which one is enough; empty where nothing is known.

    Whether a folder that was named holds a model is found out when it is used.
    """
    from generators.audio.known_music_models import KNOWN_MUSIC_MODELS
    from generators.image.known_models import KNOWN_MODELS

    if tool == "draw" and not engines.image:
        return tuple(
            ModelToGet(
                f"{model.id}: {model.title}; licence {model.licence}; about {model.gigabytes:g} GB",
                model.fetch_command(f"models/{model.id.rpartition('/')[2].lower()}"),
            )
            for model in KNOWN_MODELS
        )
    if tool == "music" and not engines.music:
        return tuple(ModelToGet(model.sentence, model.fetch_command()) for model in KNOWN_MUSIC_MODELS)
    engine = settings.generator.engine if tool in WRITING else engines.engine_of(tool)
    model = missing_model(engine)
    if model is None:
        return ()
    about = f"{model.id}: {model.title}; licence {model.licence}; {megabytes(model.size_bytes)}"
    return (ModelToGet(about, f"refdesk models pull {model.id}"),)
