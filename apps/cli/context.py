"""What the commands share: their common options and the opened collection."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.cli.answer_options import AS_EVER, AnswerOptions
from apps.cli.screen import note
from apps.collection_settings import settings_for
from apps.errors import WrongUse

if TYPE_CHECKING:
    from ingest.settings import EmbedderSettings
    from ingest.store.store import Store
    from rag import Collection

PASSWORD_VARIABLE = "REFDESK_PASSWORD"  # noqa: S105 - a name

UnsupportedChoice = Literal["show", "withdraw", "correct"]
CollectionName = Annotated[
    str,
    typer.Option(
        "-c",
        "--collection",
        metavar="NAME",
        envvar="REFDESK_COLLECTION",
        help="The collection to use.",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Write one JSON object to standard output, and nothing else there.")
]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Show what the libraries log and warn of (standard error).")
]
ModelEngine = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="ENGINE",
        envvar="REFDESK_ENGINE",
        help="What writes the answer: a model's id (see `refdesk models`), a path to a .gguf file (either "
        "may go on with `+ADAPTER.gguf`), `transformers:FOLDER`, `reader:FOLDER` (question answering model), "
        "`langchain:PROVIDER:MODEL` (which may go on with `@` and a server's address), or `extractive`, "
        "which needs no model and only quotes.",
    ),
]
RerankerModel = Annotated[
    str | None,
    typer.Option(
        "--reranker",
        metavar="MODEL",
        envvar="REFDESK_RERANKER",
        help="What reads the best hits again beside the question: the folder of a cross-encoder, or "
        "`shared-words`, which needs no model and knows no meaning. Without it: nothing.",
    ),
]
WhenUnsupported = Annotated[
    UnsupportedChoice | None,
    typer.Option(
        "--unsupported",
        help="What becomes of a sentence that is not found in what it cites: `show` marks it (the default), "
        "`withdraw` leaves it out, `correct` puts the document's own sentence in its place.",
        show_default=False,
    ),
]
AsQuestion = Annotated[
    bool,
    typer.Option(
        "--as-question",
        help="Look every question up, also one that reads like small talk, or as if it asked which documents "
        "are here, or for a summary or a list.",
    ),
]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]

__all__ = [
    "PASSWORD_VARIABLE",
    "AsJson",
    "AsQuestion",
    "CollectionName",
    "ModelEngine",
    "RerankerModel",
    "Verbose",
    "WhenUnsupported",
    "Yes",
    "can_ask",
    "confirmed",
    "opened",
    "opened_store",
]


def opened(
    collection: str,
    model: str | None = None,
    *,
    reranker: str | None = None,
    unsupported: UnsupportedChoice | None = None,
    embedder: EmbedderSettings | None = None,
    writing: AnswerOptions = AS_EVER,
) -> Collection:
    """The collection of that name, with what is saved for it; nothing loaded yet.

    What of the saved settings cannot be used is said on standard error. Raises WrongUse for what cannot be a
    name or go together, and what `AnswerOptions.applied_to` raises.
    """
    from rag import open_collection

    found = settings_for(collection, model, reranker=reranker, embedder=embedder)
    for problem in found.problems:
        note(problem)
    settings = found.settings
    if unsupported is not None:
        from rag.assembly import with_unsupported

        try:
            settings = with_unsupported(settings, unsupported)
        except ValueError as error:  # what is saved may leave nothing to withdraw or correct
            raise WrongUse(f"--unsupported {unsupported}: {error}.") from error
    return open_collection(collection, writing.applied_to(settings))


def opened_store(collection: Collection) -> Store:
    """The store of a collection, for what a command must know and the collection does not tell."""
    from ingest.store.store import Store

    return Store.open(collection.folder)


def can_ask() -> bool:
    """Whether somebody sits at a terminal to answer."""
    return sys.stdin.isatty()


def confirmed(question: str) -> bool:
    """Ask on the terminal; the answer has to be given, and nothing means no.

    Raises WrongUse where there is nobody to ask.
    """
    if not can_ask():
        raise WrongUse(f"{question} There is nobody here to ask: say --yes if you mean it.")
    return typer.confirm(question, default=False, err=True)
