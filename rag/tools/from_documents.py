"""A prompt from what the documents say: found, shaped, and told, for whoever makes something of it."""

from __future__ import annotations

from collections.abc import Callable

from machine import ModelMissing
from rag.collection import Collection
from rag.grounded.shaped_prompt import Purpose, ShapedPrompt, shape_prompt
from rag.tools.told import told_sources


def shaped_from(
    documents: Collection,
    wish: str,
    document: str | None = None,
    purpose: Purpose = "picture",
    cancelled: Callable[[], bool] = lambda: False,
) -> ShapedPrompt:
    """A prompt for what the wish means, limited to `document` where it is given.

    The collection's language model shapes it; where its file is not there, the rule does. Raises NoSuchPage,
    NoSuchDocument, EmptyCollection, TaskStopped, and what the engine raises.
    """
    ground = documents.ground(wish, document=document)
    try:
        writer = documents.writer()
    except ModelMissing:
        writer = None
    return shape_prompt(ground, writer, purpose, cancelled)


def told_shaping(shaped: ShapedPrompt) -> list[str]:
    """Where the prompt comes from, what shaped it, and the prompt: a line each."""
    by = shaped.shaped_by or "rule, without a language model"
    return [*told_sources(shaped.ground.sources), f"The prompt, shaped by {by}: {shaped.prompt}"]


def told_shortening(shaped: str, used: str, model: str) -> list[str]:
    """A line where the model read less of the shaped prompt than there was: what was used."""
    return [] if used == shaped else [f"Shortened to what {model} reads: {used}"]
