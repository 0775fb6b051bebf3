"""How much a store holds."""

from __future__ import annotations

import sqlite3

from ingest.store.layout import StoreLayout
from ingest.store.records import StoreStatistics
from ingest.store.schema import read_generation


def count_all(connection: sqlite3.Connection, layout: StoreLayout, unfinished: int) -> StoreStatistics:
    """Runs inside the caller's transaction; `unfinished` was counted elsewhere."""
    tables = ("document", "source", "page", "chunk", "embedding", "archive", "next_document", "refusal")
    documents, sources, pages, chunks, vectors, archives, reembedded, refused = (
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - constants
        for table in tables
    )
    recognised, unread = connection.execute(
        "SELECT coalesce(sum(recognised_pages), 0), coalesce(sum(unread_pages), 0) FROM document"
    ).fetchone()
    return StoreStatistics(
        documents=documents,
        sources=sources,
        pages=pages,
        chunks=chunks,
        vectors=vectors,
        bytes_on_disk=layout.bytes_on_disk(),
        generation=read_generation(connection),
        recognised_pages=recognised,
        archives=archives,
        unfinished=unfinished,
        reembedded=reembedded,
        refusals=refused,
        unread_pages=unread,
    )
