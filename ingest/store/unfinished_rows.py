"""Unfinished readings as rows. Every function runs inside its caller's transaction."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from ingest.embedding.protocol import Vectors
from ingest.loaders.protocol import PageLost
from ingest.store import pages
from ingest.store.chunks import ChunkRow, chunk_rows
from ingest.store.pages import PageRow
from ingest.store.records import ReadingKey, Resumption
from ingest.types import PAGE_BREAK, Chunk, Document, Page


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading's row, and where it stands."""

    id: int
    at: Resumption


def write_reading(connection: sqlite3.Connection, key: ReadingKey, document: Document) -> None:
    """A reading that stands at its beginning, in place of one of this key."""
    delete_reading(connection, key)
    values = asdict(replace(document, pages=()))
    connection.execute(
        """INSERT INTO reading (sha256, reader, document, next_page, text_length, chunk_count, touched_at)
           VALUES (?, ?, ?, 1, 0, 0, ?)""",
        (key.sha256, key.reader, json.dumps(values), time.time()),
    )


def find_reading(connection: sqlite3.Connection, key: ReadingKey) -> Reading | None:
    row = connection.execute(
        """SELECT id, document, next_page, text_length, chunk_count, recognised_pages,
               blank_pages FROM reading
           WHERE sha256 = ? AND reader = ?""",
        (key.sha256, key.reader),
    ).fetchone()
    if row is None:
        return None
    reading_id, values, next_page, text_length, chunk_count, recognised, blank = row
    losses = connection.execute(
        "SELECT number, reason FROM loss WHERE reading_id = ? ORDER BY number", (reading_id,)
    )
    document = json.loads(values)
    resumption = Resumption(
        Document(**{**document, "pages": (), "notes": tuple(document["notes"])}),
        next_page,
        text_length,
        chunk_count,
        tuple(PageLost(number, reason) for number, reason in losses),
        recognised,
        blank,
    )
    return Reading(reading_id, resumption)


def append_to_reading(
    connection: sqlite3.Connection,
    reading: Reading,
    added: Sequence[Page],
    losses: Sequence[PageLost],
    chunks: Sequence[Chunk],
    vectors: Vectors,
) -> None:
    """Write what comes next. Raises ValueError for what does not; the transaction is then to be undone."""
    at = reading.at
    end = at.text_length + sum(len(page.text) + len(PAGE_BREAK) for page in added)
    _refuse_gaps(at, end, added, losses, chunks)
    lost = {loss.number for loss in losses}
    connection.executemany(
        f"INSERT INTO page (reading_id, {pages.COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant
        ((reading.id, *row) for row in pages.page_rows(added, at.text_length)),
    )
    connection.executemany(
        "INSERT INTO loss VALUES (?, ?, ?)", ((reading.id, loss.number, loss.reason) for loss in losses)
    )
    connection.executemany(
        "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((reading.id, *row) for row in chunk_rows(at.document.names, chunks, vectors)),
    )
    connection.execute(
        """UPDATE reading SET next_page = ?, text_length = ?, chunk_count = ?, recognised_pages = ?,
               blank_pages = ?, touched_at = ? WHERE id = ?""",
        (
            at.next_page + len(added),
            end,
            at.chunk_count + len(chunks),
            at.recognised_pages + sum(page.recognised for page in added),
            at.blank_pages + sum(not page.text.strip() and page.number not in lost for page in added),
            time.time(),
            reading.id,
        ),
    )


def delete_reading(connection: sqlite3.Connection, key: ReadingKey) -> None:
    connection.execute("DELETE FROM reading WHERE sha256 = ? AND reader = ?", (key.sha256, key.reader))


def idle_readings(connection: sqlite3.Connection, since: float) -> set[ReadingKey]:
    """Readings that nobody went on with after that time (seconds since 1970)."""
    rows = connection.execute("SELECT sha256, reader FROM reading WHERE touched_at <= ?", (since,))
    return {ReadingKey(*row) for row in rows}


def count_readings(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM reading").fetchone()
    return int(count)


def read_pages(connection: sqlite3.Connection, reading_id: int) -> Iterator[PageRow]:
    yield from connection.execute(
        f"SELECT {pages.COLUMNS} FROM page WHERE reading_id = ? ORDER BY number",  # noqa: S608 - a constant
        (reading_id,),
    )


def read_chunks(connection: sqlite3.Connection, reading_id: int) -> Iterator[ChunkRow]:
    yield from connection.execute(
        """SELECT ordinal, start, "end", page_number, page_end, headings, text, digest, vector
           FROM chunk WHERE reading_id = ? ORDER BY ordinal""",
        (reading_id,),
    )


def problems(connection: sqlite3.Connection) -> list[str]:
    """Readings that hold something else than they claim, in words."""
    (count,) = connection.execute(
        """SELECT count(*) FROM reading WHERE
               next_page <> 1 + (SELECT count(*) FROM page WHERE reading_id = reading.id)
               OR text_length <> (SELECT coalesce(sum(length + 1), 0) FROM page WHERE reading_id = reading.id)
               OR chunk_count <> (SELECT count(*) FROM chunk WHERE reading_id = reading.id)"""
    ).fetchone()
    return [f"{count} unfinished documents hold more or less than they should."] if count else []


def _refuse_gaps(
    at: Resumption, end: int, added: Sequence[Page], losses: Sequence[PageLost], chunks: Sequence[Chunk]
) -> None:
    numbers = [page.number for page in added]
    if numbers != list(range(at.next_page, at.next_page + len(added))):
        raise ValueError(f"Pages {numbers[:1]} to {numbers[-1:]} do not go on at page {at.next_page}.")
    if not {loss.number for loss in losses} <= set(numbers):
        raise ValueError("A lost page is not among the pages.")
    if [chunk.ordinal for chunk in chunks] != list(range(at.chunk_count, at.chunk_count + len(chunks))):
        raise ValueError(f"The chunks do not go on at ordinal {at.chunk_count}.")
    if any(not at.text_length <= chunk.start <= chunk.end < end for chunk in chunks):
        raise ValueError("A chunk stands outside the pages it comes with.")
