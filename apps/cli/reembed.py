"""`refdesk reembed`: another embedding model for a collection."""

from __future__ import annotations

import typer

from apps.cli.boundary import INTERRUPTED, SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, Verbose, opened
from apps.cli.embedder_options import DocumentPrefix, NewEmbedder, QueryPrefix
from apps.cli.ingest_progress import shown_progress
from apps.cli.interruption import Interruption
from apps.cli.screen import count_of, note, note_from_signal, write, write_json


def reembed(
    collection: CollectionName = "default",
    embedder: NewEmbedder = None,
    query_prefix: QueryPrefix = None,
    document_prefix: DocumentPrefix = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Embed a collection anew with another model.

    The files are not read again. What is there answers questions until the new index is whole and takes
    its place. Ctrl-C ends cleanly, and the same command goes on from there.

    \b
    Examples:
      refdesk reembed -c work --embedder ~/models/paraphrase-multilingual-MiniLM-L12-v2
      refdesk reembed --embedder ~/e5-small --query-prefix 'query: ' --document-prefix 'passage: '
    """
    with errors_in_words(as_json, verbose):
        from apps.settings import embedder_settings

        def asked_to_stop() -> None:
            note_from_signal("Stopping after this step. Ctrl-C again stops at once.")

        interruption = Interruption(asked_to_stop)
        with opened(collection) as documents, interruption, shown_progress() as progress:
            other = embedder_settings(embedder, query_prefix, document_prefix)
            done = documents.reembed(other, progress=progress, cancelled=interruption)
            statistics = documents.statistics()
        if as_json:
            write_json(
                {"schema": SCHEMA, "collection": collection, "complete": done, "chunks": statistics.chunks}
            )
        if not done:
            note("Stopped. The old index is in place as before; the same command goes on from here.")
            raise typer.Exit(INTERRUPTED)
        if not as_json:
            chunks = count_of(statistics.chunks, "chunk")
            write(f"The collection '{collection}' is embedded anew: {chunks}.")
