"""The changes a store knows, each over all of its tables. They run inside one transaction of the caller's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from ingest.store import archives, chunks, documents, lexical, pages, refusals
from ingest.store.chunks import ChunkRow
from ingest.store.pages import PageRow
from ingest.store.records import SourceFile
from ingest.store.schema import advance_generation, read_generation
from ingest.types import Document


def put_content(
    connection: sqlite3.Connection,
    document: Document,
    page_rows: Iterable[PageRow],
    chunk_rows: Iterable[ChunkRow],
    source: SourceFile,
    *,
    reading: str = "",
    unread_pages: int = 0,
) -> None:
    """Write the document, in place of one with the same bytes, and point the source at it.

    The rows are taken one by one: however large the document is, little of it is in memory at a time.
    """
    existing = documents.find_document(connection, document.sha256)
    if existing is not None:
        lexical.remove_chunks(connection, chunks.lexical_rows(connection, existing))
        documents.delete_content(connection, existing)
    document_id = documents.write_document(
        connection, document, read_generation(connection) + 1, reading=reading, unread_pages=unread_pages
    )
    pages.write_pages(connection, document_id, page_rows)
    written = chunks.write_chunks(connection, document_id, chunk_rows)
    documents.count_content(connection, document_id, written)
    lexical.add_chunks(connection, chunks.lexical_rows(connection, document_id))
    point_source(connection, source, document_id)


def point_source(connection: sqlite3.Connection, source: SourceFile, document_id: int) -> None:
    """Make the path a source of the document; what it held before goes if nothing else holds it."""
    previous = documents.write_source(connection, source, document_id)
    if previous is not None:
        _delete_if_orphan(connection, previous)
    archives.forget_archives(connection, [source.path], ())
    refusals.forget_refusals(connection, [source.path])
    advance_generation(connection)


def remove_sources(connection: sqlite3.Connection, paths: Sequence[str]) -> int:
    """Forget the paths, as sources and as archives; a document goes with its last source.

    Returns how many sources were there.
    """
    held = {path: documents.delete_source(connection, path) for path in dict.fromkeys(paths)}
    removed = {path: document_id for path, document_id in held.items() if document_id is not None}
    for document_id in dict.fromkeys(removed.values()):
        _delete_if_orphan(connection, document_id)
    archives.forget_archives(connection, paths, removed)
    refusals.forget_refusals(connection, paths)
    if removed:
        advance_generation(connection)
    return len(removed)


def _delete_if_orphan(connection: sqlite3.Connection, document_id: int) -> None:
    if documents.is_orphan(connection, document_id):
        lexical.remove_chunks(connection, chunks.lexical_rows(connection, document_id))
        documents.delete_document(connection, document_id)
