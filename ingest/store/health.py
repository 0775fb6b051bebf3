"""A store's check of itself: what each part claims against what the others hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from ingest.store import lexical, rows
from ingest.store.layout import StoreLayout
from ingest.store.pages import read_pages
from ingest.store.vector_file import UnusableBaseError, read_record, verify_base
from ingest.store.vectors import VECTOR_DTYPE, expand
from ingest.types import PAGE_BREAK


def problems(connection: sqlite3.Connection, layout: StoreLayout, dimension: int) -> Iterator[str]:
    """Each contradiction found, in words. Runs inside the caller's transaction and changes nothing."""
    damage = [line for (line,) in connection.execute("PRAGMA integrity_check(20)") if line != "ok"]
    yield from (f"The database file is damaged: {line}." for line in damage)
    if damage:
        return  # what follows would read the damaged pages
    dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
    if dangling:
        yield f"{len(dangling)} rows point at rows that are gone."
    yield from _counted(connection, dimension)
    yield from _lexical_problems(connection)
    yield from _misplaced_chunks(connection)
    yield from _base_problems(connection, layout)


def _counted(connection: sqlite3.Connection, dimension: int) -> Iterator[str]:
    for statement, meaning in (
        (
            "SELECT count(*) FROM chunk WHERE id NOT IN (SELECT chunk_id FROM embedding)",
            "chunks have no vector: a search by meaning cannot find them",
        ),
        (
            "SELECT count(*) FROM embedding WHERE length(vector) <> :bytes",
            f"vectors do not have {dimension} numbers",
        ),
        (
            "SELECT count(*) FROM document WHERE id NOT IN (SELECT document_id FROM source)",
            "documents belong to no file",
        ),
        (
            """SELECT count(*) FROM document WHERE page_count <>
               (SELECT count(*) FROM page WHERE document_id = document.id)""",
            "documents have more or fewer pages than they should",
        ),
    ):
        (count,) = connection.execute(statement, {"bytes": dimension * VECTOR_DTYPE.itemsize}).fetchone()
        if count:
            yield f"{count} {meaning}."
    claimed = set(expand(rows.chunk_ranges(connection)).tolist())
    if claimed != _chunk_ids(connection):
        yield "The documents' chunks are not those that the documents' rows name."


def _lexical_problems(connection: sqlite3.Connection) -> Iterator[str]:
    indexed, there = lexical.indexed_chunks(connection), _chunk_ids(connection)
    if missing := len(there - indexed):
        yield f"{missing} chunks are not in the index of words."
    if superfluous := len(indexed - there):
        yield f"The index of words holds {superfluous} chunks that are gone."
    try:
        lexical.check_structure(connection)
    except sqlite3.DatabaseError as error:
        yield f"The index of words is damaged: {error}."


def _misplaced_chunks(connection: sqlite3.Connection) -> Iterator[str]:
    for document_id, title in connection.execute("SELECT id, title FROM document").fetchall():
        text = PAGE_BREAK.join(row[1] for row in read_pages(connection, document_id))
        chunks = connection.execute(
            'SELECT start, "end", text FROM chunk WHERE document_id = ?', (document_id,)
        )
        wrong = sum(text[start:end] != chunk for start, end, chunk in chunks)
        if wrong:
            yield f"{wrong} chunks of '{title}' are not what stands at their place in its pages."


def _base_problems(connection: sqlite3.Connection, layout: StoreLayout) -> Iterator[str]:
    record = read_record(connection)
    if record is None:
        return
    try:
        verify_base(layout, record)
    except UnusableBaseError as error:
        yield f"{layout.vectors(record.generation)} is unusable ({error}); the next search rebuilds it."


def _chunk_ids(connection: sqlite3.Connection) -> set[int]:
    return {chunk_id for (chunk_id,) in connection.execute("SELECT id FROM chunk")}
