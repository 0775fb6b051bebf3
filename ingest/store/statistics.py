"""How much a store holds."""

from __future__ import annotations

import sqlite3

from ingest.store.layout import StoreLayout
from ingest.store.records import StoreStatistics
from ingest.store.schema import read_generation


def count_all(connection: sqlite3.Connection, layout: StoreLayout, unfinished: int) -> StoreStatistics:
    """Runs inside the caller's transaction; `unfinished` was counted elsewhere."""
    documents, sources, pages, chunks, vectors, recognised, archives, reembedded = connection.execute(
        """SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM source), (SELECT count(*) FROM page),
                  (SELECT count(*) FROM chunk), (SELECT count(*) FROM embedding),
                  (SELECT coalesce(sum(recognised_pages), 0) FROM document),
                  (SELECT count(*) FROM archive), (SELECT count(*) FROM next_document)"""
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
    )
