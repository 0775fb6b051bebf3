"""A collection's settings, the same for every face: typed, of the environment, saved, or the defaults.

What is saved lies in the collection's folder (`rag.saved_settings`), so that `refdesk ask`, the page and a
program that says `open_collection(NAME)` go by the same file.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apps.errors import WrongUse
from apps.settings import ENGINE_VARIABLE, RERANKER_VARIABLE, settings_from

if TYPE_CHECKING:
    from ingest.settings import EmbedderSettings
    from rag.saved_settings import AppliedSettings

#: What the environment decides in a saved setting's place, by the setting's name.
VARIABLES = {"generator.engine": ENGINE_VARIABLE, "retrieval.reranker": RERANKER_VARIABLE}


def settings_for(
    collection: str,
    model: str | None = None,
    *,
    reranker: str | None = None,
    embedder: EmbedderSettings | None = None,
) -> AppliedSettings:
    """The settings that count for the collection, and in words what of the saved ones could not be used.

    `model`, `reranker` and `embedder` are as `settings_from` has them. Raises WrongUse for what cannot be a
    collection's name.
    """
    from rag import Settings
    from rag.saved_settings import AppliedSettings, with_saved
    from rag.shelf import collection_folder

    try:
        folder = collection_folder(collection)
    except ValueError as error:
        raise WrongUse(str(error)) from error
    applied = with_saved(Settings(), folder)
    settings = settings_from(model, reranker=reranker, embedder=embedder, saved=applied.settings)
    return AppliedSettings(settings, applied.problems)


def decided_by_environment(name: str) -> str | None:
    """The variable that decides this setting now, whatever is saved; None where none does."""
    variable = VARIABLES.get(name)
    return variable if variable is not None and os.environ.get(variable) else None
