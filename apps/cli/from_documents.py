"""What is made of a collection's documents, as an option of the commands that make files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.context import opened
from apps.cli.screen import note, one_line

if TYPE_CHECKING:
    from rag.grounded import Ground
    from rag.grounded.shaped_prompt import Purpose

FromDocuments = Annotated[
    str | None,
    typer.Option(
        "--from-documents",
        metavar="WISH",
        help="Draw what the documents say of something, instead of a prompt: “the apparatus on page 4 of "
        "manual.pdf”, or without a page what a search finds. The language model (REFDESK_ENGINE) shapes the "
        "prompt from the passages; where there is none, their sentences do.",
        show_default=False,
    ),
]
MusicFromDocuments = Annotated[
    str | None,
    typer.Option(
        "--from-documents",
        metavar="WISH",
        help="Make what is heard of what the documents say of something, instead of a prompt: “the storm on "
        "page 4 of log.pdf”, or without a page what a search finds. The language model (REFDESK_ENGINE) "
        "shapes the prompt from the passages; where there is none, their sentences do.",
        show_default=False,
    ),
]
SpokenFromDocuments = Annotated[
    str | None,
    typer.Option(
        "--from-documents",
        metavar="WISH",
        help="Say what a page says, as in “page 4 of rules.pdf”, or the passages that a search finds. They "
        "are named in the sound file.",
        show_default=False,
    ),
]


def ground_of(wish: str, collection: str) -> Ground:
    """The passages that the wish means. Raises what opening and `Collection.ground` raise."""
    with opened(collection) as documents:
        return documents.ground(wish)


def prompt_from(wish: str, collection: str, purpose: Purpose) -> tuple[str, tuple[str, ...]]:
    """A prompt for a picture or for music and the passages it came from; both are told on standard error."""
    from rag.tools.from_documents import shaped_from, told_shaping

    with opened(collection) as documents:
        shaped = shaped_from(documents, wish, purpose=purpose)
    for line in told_shaping(shaped):
        note(one_line(line))
    return shaped.prompt, shaped.ground.sources
