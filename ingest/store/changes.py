"""The changes a store knows, each over all of its tables. They run inside one transaction of the caller's."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ingest.embedding.protocol import Vectors
from ingest.store import lexical, pages, rows
from ingest.store.records import SourceFile
from ingest.store.schema import advance_generation
from ingest.types import Chunk, Document


def put_document(
    connection: sqlite3.Connection,
    document: Document,
    chunks: Sequence[Chunk],
    vectors: Vectors,
    source: SourceFile,
) -> None:
    """Write the document, in place of one with the same bytes, and point the source at it."""
    existing = rows.find_document(connection, document.sha256)
    if existing is not None:
        lexical.remove_chunks(connection, rows.lexical_rows(connection, existing))
        rows.delete_content(connection, existing)
    ids = rows.next_chunks(connection, len(chunks))
    document_id = rows.write_document(connection, document, ids)
    pages.write_pages(connection, document_id, document)
    rows.write_chunks(connection, document_id, ids, chunks, vectors)
    lexical.add_chunks(connection, rows.lexical_rows(connection, document_id))
    point_source(connection, source, document_id)


def point_source(connection: sqlite3.Connection, source: SourceFile, document_id: int) -> None:
    """Make the path a source of the document; what it held before goes if nothing else holds it."""
    previous = rows.write_source(connection, source, document_id)
    if previous is not None:
        _delete_if_orphan(connection, previous)
    advance_generation(connection)


def remove_sources(connection: sqlite3.Connection, paths: Sequence[str]) -> int:
    """Forget the paths; a document goes with its last one. Returns how many were there."""
    held = [rows.delete_source(connection, path) for path in paths]
    documents = [document_id for document_id in held if document_id is not None]
    for document_id in dict.fromkeys(documents):
        _delete_if_orphan(connection, document_id)
    if documents:
        advance_generation(connection)
    return len(documents)


def _delete_if_orphan(connection: sqlite3.Connection, document_id: int) -> None:
    if rows.is_orphan(connection, document_id):
        lexical.remove_chunks(connection, rows.lexical_rows(connection, document_id))
        rows.delete_document(connection, document_id)
