"""The settings every face starts from: the defaults, with the engines that the environment names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apps.errors import WrongUse

if TYPE_CHECKING:
    from ingest.settings import EmbedderSettings
    from rag import Settings

ENGINE_VARIABLE = "REFDESK_ENGINE"
RERANKER_VARIABLE = "REFDESK_RERANKER"
EMBEDDER_ENGINE_VARIABLE = "REFDESK_EMBEDDER_ENGINE"


def settings_from(
    model: str | None = None,
    *,
    reranker: str | None = None,
    embedder: EmbedderSettings | None = None,
    saved: Settings | None = None,
) -> Settings:
    """The default settings, or those `saved`, with the embedder's engine from the environment.

    `model` names what writes answers; without it the environment does, else what is saved, else it is the
    default. So it is with `reranker`, which names what re-scores hits; by default nothing does. `embedder` is
    for what it may be told; without it a collection's own is taken.
    """
    from dataclasses import replace

    from ingest.settings import IngestSettings
    from rag import Settings
    from rag.assembly import with_model, with_reranker

    reading = IngestSettings(embedder=embedder or embedder_settings(None))
    settings = replace(saved or Settings(), ingest=reading)
    if reranker := reranker or os.environ.get(RERANKER_VARIABLE):
        settings = with_reranker(settings, reranker)
    model = model or os.environ.get(ENGINE_VARIABLE)
    return with_model(settings, engine_name(model)) if model else settings


def embedder_settings(
    model: str | None, query_prefix: str | None = None, document_prefix: str | None = None
) -> EmbedderSettings:
    """The embedder of that name, run by the engine that the environment names.

    Raises WrongUse for an engine that there is not.
    """
    from typing import cast, get_args

    from ingest.settings import EmbedderSettings, Engine

    engines = get_args(Engine)
    named = "hashing" if model == "hashing" else os.environ.get(EMBEDDER_ENGINE_VARIABLE) or "auto"
    if named not in engines:
        raise WrongUse(f"{EMBEDDER_ENGINE_VARIABLE} is {named!r}; it may be {', '.join(engines)}.")
    engine = cast("Engine", named)
    return EmbedderSettings(None if model == "hashing" else model, engine, query_prefix, document_prefix)


def engine_name(model: str) -> str:
    """`--model` takes a bare id or path as well as the engine's full name."""
    from generators.settings import ENGINE_KINDS

    kind, colon, _ = model.partition(":")
    is_engine = model == "extractive" or (bool(colon) and kind in ENGINE_KINDS)
    return model if is_engine else f"llama-cpp:{model}"
