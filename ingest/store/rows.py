"""Documents, sources and chunks as rows. Every function runs inside its caller's transaction."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from ingest.embedding.protocol import Vectors
from ingest.indexing import lexical_text
from ingest.store.records import ChunkRange, SourceFile
from ingest.types import Chunk, Document, DocumentInfo, StoredChunk, distinct_names


def find_document(connection: sqlite3.Connection, sha256: str) -> int | None:
    """The id of the document with this content."""
    row = connection.execute("SELECT id FROM document WHERE sha256 = ?", (sha256,)).fetchone()
    return None if row is None else int(row[0])


def write_document(connection: sqlite3.Connection, document: Document, chunks: ChunkRange) -> int:
    """The document's own row, new or rewritten; returns its id, which stays while its content does."""
    values = {
        "sha256": document.sha256,
        "media_type": document.media_type,
        "title": document.title,
        "name": document.name,
        "author": document.author,
        "notes": json.dumps(document.notes, ensure_ascii=False),
        "page_count": len(document.pages),
        "first_chunk": chunks.first,
        "chunk_count": chunks.end - chunks.first,
    }
    (document_id,) = connection.execute(
        """INSERT INTO document
               (sha256, media_type, title, name, author, notes, page_count, first_chunk, chunk_count)
           VALUES (:sha256, :media_type, :title, :name, :author, :notes,
                   :page_count, :first_chunk, :chunk_count)
           ON CONFLICT (sha256) DO UPDATE SET
               media_type = :media_type, title = :title, name = :name, author = :author, notes = :notes,
               page_count = :page_count, first_chunk = :first_chunk, chunk_count = :chunk_count
           RETURNING id""",
        values,
    ).fetchone()
    return int(document_id)


def read_document(connection: sqlite3.Connection, document_id: int) -> Document | None:
    """The document without its pages."""
    row = connection.execute(
        "SELECT sha256, media_type, title, author, name, notes FROM document WHERE id = ?", (document_id,)
    ).fetchone()
    if row is None:
        return None
    sha256, media_type, title, author, name, notes = row
    return Document(sha256, media_type, title, (), author, name, tuple(json.loads(notes)))


def next_chunks(connection: sqlite3.Connection, count: int) -> ChunkRange:
    """Ids for that many chunks, above any ever given. They are taken once `write_chunks` used them."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunk'").fetchone()
    first = (0 if row is None else int(row[0])) + 1
    return ChunkRange(first, first + count)


def write_chunks(
    connection: sqlite3.Connection,
    document_id: int,
    ids: ChunkRange,
    chunks: Iterable[Chunk],
    vectors: Vectors,
) -> None:
    numbered = zip(range(ids.first, ids.end), chunks, strict=True)
    connection.executemany(
        "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                chunk_id,
                document_id,
                chunk.ordinal,
                chunk.start,
                chunk.end,
                chunk.page_number,
                chunk.page_end,
                json.dumps(chunk.headings, ensure_ascii=False),
                chunk.text,
            )
            for chunk_id, chunk in numbered
        ),
    )
    connection.executemany(
        "INSERT INTO embedding (chunk_id, vector) VALUES (?, ?)",
        ((ids.first + row, vector.tobytes()) for row, vector in enumerate(vectors)),
    )


def lexical_rows(connection: sqlite3.Connection, document_id: int | None = None) -> Iterator[tuple[int, str]]:
    """(chunk id, its lexical text) of one document or of all, as the stored rows give it."""
    cursor = (
        connection.execute("SELECT id, name, title, headings, text FROM stored_chunk")
        if document_id is None
        else connection.execute(
            "SELECT id, name, title, headings, text FROM stored_chunk WHERE document_id = ?", (document_id,)
        )
    )
    for chunk_id, name, title, headings, text in cursor:
        yield chunk_id, lexical_text(distinct_names(name, title), json.loads(headings), text)


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


def count_all(connection: sqlite3.Connection) -> tuple[int, int, int, int, int]:
    """How many documents, sources, pages, chunks and vectors there are."""
    documents, sources, pages, chunks, vectors = connection.execute(
        """SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM source), (SELECT count(*) FROM page),
                  (SELECT count(*) FROM chunk), (SELECT count(*) FROM embedding)"""
    ).fetchone()
    return documents, sources, pages, chunks, vectors


def listing(connection: sqlite3.Connection) -> list[DocumentInfo]:
    return [
        DocumentInfo(os.fsdecode(path), *rest)
        for path, *rest in connection.execute(
            """SELECT path, sha256, media_type, title, page_count, chunk_count, size_bytes, ingested_at
               FROM source JOIN document ON document.id = source.document_id ORDER BY path"""
        )
    ]


def chunk_ranges(connection: sqlite3.Connection, documents: Iterable[int] | None = None) -> list[ChunkRange]:
    """The chunk ids of these documents (None: of all), ascending."""
    cursor = (
        connection.execute("SELECT first_chunk, chunk_count FROM document ORDER BY first_chunk")
        if documents is None
        else connection.execute(
            """SELECT first_chunk, chunk_count FROM document
               WHERE id IN (SELECT value FROM json_each(?)) ORDER BY first_chunk""",
            (json.dumps(list(documents)),),
        )
    )
    return [ChunkRange(first, first + count) for first, count in cursor if count]


def stored_chunks(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, StoredChunk]:
    rows = connection.execute(
        "SELECT * FROM stored_chunk WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    )
    found = {chunk.id: chunk for chunk in map(_stored_chunk, rows)}
    return {chunk_id: found[chunk_id] for chunk_id in ids if chunk_id in found}


def neighbouring_chunks(
    connection: sqlite3.Connection, chunk_id: int, before: int, after: int
) -> list[StoredChunk]:
    row = connection.execute("SELECT document_id, ordinal FROM chunk WHERE id = ?", (chunk_id,)).fetchone()
    if row is None:
        return []
    document_id, ordinal = row
    rows = connection.execute(
        """SELECT * FROM stored_chunk
           WHERE document_id = ? AND ordinal BETWEEN ? AND ? ORDER BY ordinal""",
        (document_id, ordinal - before, ordinal + after),
    )
    return [_stored_chunk(row) for row in rows]


def _stored_chunk(row: tuple[int, int, str, str, int, int, int, int, int, str, str, bytes]) -> StoredChunk:
    chunk_id, document_id, title, _, ordinal, start, end, page_number, page_end, headings, text, path = row
    chunk = Chunk(ordinal, start, end, page_number, page_end, tuple(json.loads(headings)), text)
    return StoredChunk(chunk_id, document_id, os.fsdecode(path), title, chunk)
