"""A re-embedding as rows, until it is whole. Every function runs inside its caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from ingest.store import documents
from ingest.store.chunks import ChunkRow
from ingest.store.identity import StoreIdentity
from ingest.store.records import DocumentPlace
from ingest.store.schema import delete_meta, read_meta

#: Under this name the store says what it is being re-embedded for.
TARGET = "reembedding"


def read_target(connection: sqlite3.Connection) -> StoreIdentity | None:
    """What the store is being re-embedded for, if it is."""
    value = read_meta(connection, TARGET)
    return None if value is None else StoreIdentity.from_json(str(value))


def waiting_revisions(connection: sqlite3.Connection) -> dict[int, int]:
    """Revisions of the documents that wait, by their ids."""
    rows = connection.execute(
        """SELECT document.id, document.revision
           FROM document LEFT JOIN next_document AS next ON next.document_id = document.id
           WHERE next.revision IS NOT document.revision ORDER BY document.id"""
    )
    return {int(document_id): int(revision) for document_id, revision in rows}


def waiting_pages(connection: sqlite3.Connection) -> list[tuple[int, int, int]]:
    """(id, revision, pages to go) of each document that waits."""
    return connection.execute(
        """SELECT document.id, document.revision, page_count + 1 - coalesce(begun.next_page, 1)
           FROM document LEFT JOIN next_document AS next ON next.document_id = document.id
               LEFT JOIN next_begun AS begun
                   ON begun.document_id = document.id AND begun.revision = document.revision
           WHERE next.revision IS NOT document.revision ORDER BY document.id"""
    ).fetchall()


def read_place(connection: sqlite3.Connection, document_id: int, revision: int) -> DocumentPlace:
    row = connection.execute(
        """SELECT next_page, text_length, chunk_count FROM next_begun
           WHERE document_id = ? AND revision = ?""",
        (document_id, revision),
    ).fetchone()
    return DocumentPlace() if row is None else DocumentPlace(*row)


def read_parts(connection: sqlite3.Connection, document_id: int) -> Iterator[ChunkRow]:
    yield from connection.execute(
        """SELECT ordinal, start, "end", page_number, page_end, headings, text, opening, digest, vector
           FROM next_part WHERE document_id = ? ORDER BY ordinal""",
        (document_id,),
    )


def read_names(connection: sqlite3.Connection, document_id: int) -> tuple[str, ...]:
    document = documents.read_document(connection, document_id)
    return () if document is None else document.names


def clear(connection: sqlite3.Connection) -> None:
    for table in ("next_embedding", "next_chunk", "next_document", "next_part", "next_begun"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant
    delete_meta(connection, TARGET)
