"""Chunks and their vectors as rows. Every function runs inside its caller's transaction."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import numpy as np

from ingest.embedding.protocol import Vectors
from ingest.indexing import embedded_text, lexical_text, text_digest
from ingest.store.records import ChunkRange
from ingest.store.vector_rows import VECTOR_DTYPE
from ingest.types import Chunk, StoredChunk, distinct_names

#: A chunk as it is kept: ordinal, start, end, page_number, page_end, headings, text, opening; then the
#: digest of the text that was embedded, and its vector.
ChunkRow = tuple[int, int, int, int, int, str, str, str, bytes, bytes]

#: Tells an embedded text from every other: see `ingest.indexing.text_digest`.
Digest = bytes


def chunk_rows(names: Sequence[str], chunks: Iterable[Chunk], vectors: Vectors) -> Iterator[ChunkRow]:
    """The rows of chunks of a document of these names. `vectors` are verified ones."""
    for chunk, vector in zip(chunks, vectors, strict=True):
        yield (
            chunk.ordinal,
            chunk.start,
            chunk.end,
            chunk.page_number,
            chunk.page_end,
            json.dumps(chunk.headings, ensure_ascii=False),
            chunk.text,
            chunk.opening,
            text_digest(embedded_text(names, chunk.headings, chunk.text, chunk.opening)),
            vector.tobytes(),
        )


def write_chunks(
    connection: sqlite3.Connection,
    document_id: int,
    rows: Iterable[ChunkRow],
    prefix: Literal["", "next_"] = "",
) -> ChunkRange:
    """Write the rows, under ids that follow each other and are never given again.

    With the prefix, into the tables of what waits for a re-embedding to be whole.
    """
    first = chunk_id = _highest_id(connection) + 1
    into_chunk = f"INSERT INTO {prefix}chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - a constant
    into_embedding = f"INSERT INTO {prefix}embedding VALUES (?, ?, ?)"  # noqa: S608 - a constant
    for *chunk, digest, vector in rows:
        connection.execute(into_chunk, (chunk_id, document_id, *chunk))
        connection.execute(into_embedding, (chunk_id, digest, vector))
        chunk_id += 1
    _raise_highest_id(connection, chunk_id - 1)
    return ChunkRange(first, chunk_id)


def known_vectors(
    connection: sqlite3.Connection, table: str, digests: Iterable[Digest], dimension: int
) -> dict[Digest, Vectors]:
    """The vector of each text that one of this table's rows stands for."""
    # One look-up each: a single statement for all would read every one of ten thousand equal footers.
    statement = f"SELECT vector FROM {table} WHERE digest = ? LIMIT 1"  # noqa: S608 - the caller's constant
    found = {}
    for digest in digests:
        row = connection.execute(statement, (digest,)).fetchone()
        if row is not None and len(row[0]) == dimension * VECTOR_DTYPE.itemsize:
            found[digest] = np.frombuffer(row[0], dtype=VECTOR_DTYPE)
    return found


def digest_chunks(connection: sqlite3.Connection) -> str:
    """One hash of all chunks: which document and pages each is of, and the text that was embedded for it.

    The same whatever the order in which the documents came, and whatever their ids are.
    """
    digest = hashlib.sha256()
    for row in connection.execute(
        """SELECT sha256, ordinal, page_number, page_end, digest
           FROM chunk JOIN document ON document.id = document_id JOIN embedding ON chunk_id = chunk.id
           ORDER BY sha256, ordinal"""
    ):
        digest.update(repr(row).encode())
    return digest.hexdigest()


def lexical_rows(connection: sqlite3.Connection, document_id: int | None = None) -> Iterator[tuple[int, str]]:
    """(chunk id, its lexical text) of one document or of all, as the stored rows give it."""
    cursor = (
        connection.execute("SELECT id, name, title, headings, text, opening FROM stored_chunk")
        if document_id is None
        else connection.execute(
            "SELECT id, name, title, headings, text, opening FROM stored_chunk WHERE document_id = ?",
            (document_id,),
        )
    )
    for chunk_id, name, title, headings, text, opening in cursor:
        yield chunk_id, lexical_text(distinct_names(name, title), json.loads(headings), text, opening)


def chunk_ranges(connection: sqlite3.Connection, documents: Iterable[int] | None = None) -> list[ChunkRange]:
    """The chunk ids of these documents (None: of all), ascending; ranges that meet are one."""
    cursor = (
        connection.execute("SELECT first_chunk, chunk_count FROM document ORDER BY first_chunk")
        if documents is None
        else connection.execute(
            """SELECT first_chunk, chunk_count FROM document
               WHERE id IN (SELECT value FROM json_each(?)) ORDER BY first_chunk""",
            (json.dumps(list(documents)),),
        )
    )
    ranges: list[ChunkRange] = []
    for first, count in cursor:
        if ranges and ranges[-1].end == first:
            ranges[-1] = ChunkRange(ranges[-1].first, first + count)
        elif count:
            ranges.append(ChunkRange(first, first + count))
    return ranges


def documents_of(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, int]:
    """The document of each chunk, by the chunk's id."""
    return dict(
        connection.execute(
            "SELECT id, document_id FROM chunk WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        ).fetchall()
    )


def stored_chunks(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, StoredChunk]:
    rows = connection.execute(
        "SELECT * FROM stored_chunk WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    )
    found = {chunk.id: chunk for chunk in map(_stored_chunk, rows)}
    return {chunk_id: found[chunk_id] for chunk_id in ids if chunk_id in found}


def document_chunks(connection: sqlite3.Connection, document_id: int) -> list[StoredChunk]:
    """All chunks of a document, in its order."""
    rows = connection.execute(
        "SELECT * FROM stored_chunk WHERE document_id = ? ORDER BY ordinal", (document_id,)
    )
    return [_stored_chunk(row) for row in rows]


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


def _highest_id(connection: sqlite3.Connection) -> int:
    """The highest id that a chunk was ever given, or that was set aside for one."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunk'").fetchone()
    return 0 if row is None else int(row[0])


def _raise_highest_id(connection: sqlite3.Connection, highest: int) -> None:
    changed = connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'chunk'", (highest,))
    if not changed.rowcount:
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('chunk', ?)", (highest,))


def _stored_chunk(
    row: tuple[int, int, str, str, int, int, int, int, int, str, str, str, bytes],
) -> StoredChunk:
    (
        chunk_id,
        document_id,
        title,
        name,
        ordinal,
        start,
        end,
        page_number,
        page_end,
        headings,
        text,
        opening,
        path,
    ) = row
    chunk = Chunk(ordinal, start, end, page_number, page_end, tuple(json.loads(headings)), text, opening)
    return StoredChunk(chunk_id, document_id, os.fsdecode(path), title, name, chunk)
