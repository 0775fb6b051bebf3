"""The options that name an embedder and what it is given."""

from __future__ import annotations

from typing import Annotated

import typer

_WHICH = (
    "A model's id (see `refdesk models`), the folder of a sentence-transformers model, or `hashing`, which "
    "needs no model and knows no meaning. Without it: "
)

NewEmbedder = Annotated[
    str | None, typer.Option("--embedder", metavar="MODEL", help=f"{_WHICH}the default model.")
]
CollectionEmbedder = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        metavar="MODEL",
        help=f"{_WHICH}the collection's own, and for a new one the default model.",
    ),
]
QueryPrefix = Annotated[
    str | None,
    typer.Option(
        "--query-prefix",
        metavar="TEXT",
        help="What the model wants before a question, such as 'query: '. Without it: what its folder says.",
    ),
]
DocumentPrefix = Annotated[
    str | None,
    typer.Option(
        "--document-prefix",
        metavar="TEXT",
        help="What it wants before a document's text, such as 'passage: '. Without it: likewise.",
    ),
]
