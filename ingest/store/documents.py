"""Documents and their sources as rows. Every function runs inside its caller's transaction."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath

from ingest.indexing import name_in_words
from ingest.store.records import ChunkRange, SourceFile
from ingest.types import Document, DocumentInfo


def find_document(connection: sqlite3.Connection, sha256: str) -> int | None:
    """The id of the document with this content."""
    row = connection.execute("SELECT id FROM document WHERE sha256 = ?", (sha256,)).fetchone()
    return None if row is None else int(row[0])


def find_source(connection: sqlite3.Connection, path: str) -> int | None:
    """The id of the document that is this path's content."""
    row = connection.execute("SELECT document_id FROM source WHERE path = ?", (os.fsencode(path),)).fetchone()
    return None if row is None else int(row[0])


def all_ids(connection: sqlite3.Connection) -> frozenset[int]:
    return frozenset(document_id for (document_id,) in connection.execute("SELECT id FROM document"))


def is_any(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM document LIMIT 1").fetchone() is not None


def write_document(
    connection: sqlite3.Connection,
    document: Document,
    revision: int,
    *,
    reading: str = "",
    unread_pages: int = 0,
) -> int:
    """The document's own row, new or rewritten; returns its id, which stays while its content does.

    What it counts of pages and chunks is nothing until `count_content`.
    """
    (document_id,) = connection.execute(
        """INSERT INTO document
               (sha256, media_type, title, name, author, notes, language, written, revision,
                reading, unread_pages, page_count, recognised_pages, first_chunk, chunk_count)
           VALUES (:sha256, :media_type, :title, :name, :author, :notes, :language, :written, :revision,
                   :reading, :unread_pages, 0, 0, 0, 0)
           ON CONFLICT (sha256) DO UPDATE SET
               media_type = :media_type, title = :title, name = :name, author = :author, notes = :notes,
               language = :language, written = :written, revision = :revision, reading = :reading,
               unread_pages = :unread_pages
           RETURNING id""",
        {
            "sha256": document.sha256,
            "media_type": document.media_type,
            "title": document.title,
            "name": document.name,
            "author": document.author,
            "notes": json.dumps(document.notes, ensure_ascii=False),
            "language": document.language,
            "written": document.written,
            "revision": revision,
            "reading": reading,
            "unread_pages": unread_pages,
        },
    ).fetchone()
    return int(document_id)


def count_content(connection: sqlite3.Connection, document_id: int, chunks: ChunkRange) -> None:
    """Note in the document's row which pages and chunks were written for it."""
    connection.execute(
        """UPDATE document SET
               (page_count, recognised_pages) =
                   (SELECT count(*), coalesce(sum(recognised), 0) FROM page WHERE document_id = ?1),
               first_chunk = ?2, chunk_count = ?3
           WHERE id = ?1""",
        (document_id, chunks.first, chunks.end - chunks.first),
    )


def read_names(connection: sqlite3.Connection) -> dict[int, str]:
    """The words of the names of each document's files, by its id."""
    names: dict[int, dict[str, None]] = {}
    for document_id, path in connection.execute("SELECT document_id, path FROM source ORDER BY id"):
        names.setdefault(int(document_id), {})[name_in_words(PurePath(os.fsdecode(path)))] = None
    return {document_id: " ".join(own) for document_id, own in names.items()}


def read_document(connection: sqlite3.Connection, document_id: int) -> Document | None:
    """The document without its pages."""
    row = connection.execute(
        """SELECT sha256, media_type, title, author, name, notes, language, written
           FROM document WHERE id = ?""",
        (document_id,),
    ).fetchone()
    if row is None:
        return None
    sha256, media_type, title, author, name, notes, language, written = row
    return Document(sha256, media_type, title, (), author, name, tuple(json.loads(notes)), language, written)


def read_revision(connection: sqlite3.Connection, document_id: int) -> int | None:
    """What changes whenever the document's content is written anew; None if it is gone."""
    row = connection.execute("SELECT revision FROM document WHERE id = ?", (document_id,)).fetchone()
    return None if row is None else int(row[0])


def read_reading(connection: sqlite3.Connection, document_id: int) -> str | None:
    """How the document's file was read; None if it is gone."""
    row = connection.execute("SELECT reading FROM document WHERE id = ?", (document_id,)).fetchone()
    return None if row is None else str(row[0])


def incomplete(connection: sqlite3.Connection, reading: str) -> frozenset[str]:
    """Sources of documents read in another way that have unread or recognised pages."""
    rows = connection.execute(
        """SELECT path FROM source JOIN document ON document.id = source.document_id
           WHERE reading <> ? AND (unread_pages > 0 OR recognised_pages > 0)""",
        (reading,),
    )
    return frozenset(os.fsdecode(path) for (path,) in rows)


def delete_content(connection: sqlite3.Connection, document_id: int) -> None:
    """Remove the document's pages, chunks and vectors; its row and its sources stay."""
    connection.execute("DELETE FROM page WHERE document_id = ?", (document_id,))
    connection.execute("DELETE FROM chunk WHERE document_id = ?", (document_id,))


def delete_document(connection: sqlite3.Connection, document_id: int) -> None:
    """Remove the document and every row that hangs on it."""
    connection.execute("DELETE FROM document WHERE id = ?", (document_id,))


def write_source(connection: sqlite3.Connection, source: SourceFile, document_id: int) -> int | None:
    """Point the path at the document. Returns the document it pointed at before, if another."""
    path = os.fsencode(source.path)
    row = connection.execute("SELECT document_id FROM source WHERE path = ?", (path,)).fetchone()
    previous = None if row is None else int(row[0])
    if previous != document_id:
        # A new row, so that a document's oldest source stays the one it is cited by.
        connection.execute("DELETE FROM source WHERE path = ?", (path,))
    connection.execute(
        """INSERT INTO source (path, document_id, size_bytes, modified_ns, ingested_at)
           VALUES (:path, :document_id, :size_bytes, :modified_ns, :now)
           ON CONFLICT (path) DO UPDATE SET
               size_bytes = :size_bytes, modified_ns = :modified_ns, ingested_at = :now""",
        {
            "path": path,
            "document_id": document_id,
            "size_bytes": source.size_bytes,
            "modified_ns": source.modified_ns,
            "now": datetime.now(UTC).isoformat(timespec="seconds"),
        },
    )
    return None if previous == document_id else previous


def touch_source(connection: sqlite3.Connection, source: SourceFile) -> bool:
    """Note a new size and time for a path whose bytes are the same; False if the store has it not."""
    changed = connection.execute(
        """UPDATE source SET size_bytes = ?, modified_ns = ?
           WHERE path = ? AND document_id = (SELECT id FROM document WHERE sha256 = ?)""",
        (source.size_bytes, source.modified_ns, os.fsencode(source.path), source.sha256),
    )
    return changed.rowcount == 1


def delete_source(connection: sqlite3.Connection, path: str) -> int | None:
    """Forget the path. Returns the document it pointed at, or None if the store has it not."""
    row = connection.execute(
        "DELETE FROM source WHERE path = ? RETURNING document_id", (os.fsencode(path),)
    ).fetchone()
    return None if row is None else int(row[0])


def is_orphan(connection: sqlite3.Connection, document_id: int) -> bool:
    """Whether no source has this document's content any more."""
    row = connection.execute("SELECT 1 FROM source WHERE document_id = ? LIMIT 1", (document_id,)).fetchone()
    return row is None


def sources(connection: sqlite3.Connection) -> Iterator[tuple[SourceFile, int, str]]:
    """Each source with its document's id and title, in the order of their paths."""
    for path, sha256, size, modified, document_id, title in connection.execute(
        """SELECT path, sha256, size_bytes, modified_ns, document.id, title
           FROM source JOIN document ON document.id = source.document_id ORDER BY path"""
    ):
        yield SourceFile(os.fsdecode(path), sha256, size, modified), document_id, title


def listing(connection: sqlite3.Connection) -> list[DocumentInfo]:
    return [
        DocumentInfo(os.fsdecode(path), *rest)
        for path, *rest in connection.execute(
            """SELECT path, sha256, media_type, title, page_count, chunk_count, size_bytes, ingested_at,
                   recognised_pages, language, written
               FROM source JOIN document ON document.id = source.document_id ORDER BY path"""
        )
    ]
