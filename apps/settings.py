"""The settings every face starts from: the defaults, with the engines that the environment names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apps.errors import WrongUse

if TYPE_CHECKING:
    from rag import Settings

ENGINE_VARIABLE = "REFDESK_ENGINE"
EMBEDDER_ENGINE_VARIABLE = "REFDESK_EMBEDDER_ENGINE"


def settings_from(model: str | None = None) -> Settings:
    """The default settings, with the embedder's engine from the environment.

    `model` names what writes answers; without it the environment does, else it is the default.
    """
    from typing import cast, get_args

    from ingest.settings import EmbedderSettings, Engine, IngestSettings
    from rag import Settings
    from rag.assembly import with_model

    engines = get_args(Engine)
    named = os.environ.get(EMBEDDER_ENGINE_VARIABLE) or "auto"
    if named not in engines:
        raise WrongUse(f"{EMBEDDER_ENGINE_VARIABLE} is {named!r}; it may be {', '.join(engines)}.")
    settings = Settings(ingest=IngestSettings(embedder=EmbedderSettings(engine=cast("Engine", named))))
    model = model or os.environ.get(ENGINE_VARIABLE)
    return with_model(settings, _engine_name(model)) if model else settings


def _engine_name(model: str) -> str:
    """`--model` takes a bare id or path as well as the engine's full name."""
    kind, colon, _ = model.partition(":")
    is_engine = model == "extractive" or (bool(colon) and kind in {"llama-cpp", "scripted"})
    return model if is_engine else f"llama-cpp:{model}"
