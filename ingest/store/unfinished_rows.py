"""Unfinished readings as rows. Every function runs inside its caller's transaction."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from ingest.embedding.protocol import Vectors
from ingest.loaders.protocol import PageLost
from ingest.store import pages
from ingest.store.chunks import ChunkRow, chunk_rows
from ingest.store.pages import PageRow
from ingest.store.records import ReadingKey, Resumption
from ingest.types import PAGE_BREAK, Chunk, Document, Page


def write_reading(connection: sqlite3.Connection, key: ReadingKey, document: Document) -> Resumption:
    """A reading that stands at its beginning, in place of one of this key."""
    connection.execute(
        "DELETE FROM reading WHERE sha256 = ? AND reader = ?",
        (key.sha256, key.reader),
    )
    document = replace(document, pages=())
    # By chance and not by counting: the file may be begun anew while others hold ids of its readings.
    at = Resumption(key, secrets.randbits(62), document, 1, 0, 0, ())
    connection.execute(
        """INSERT INTO reading (id, sha256, reader, document, next_page, text_length, chunk_count, touched_at)
           VALUES (?, ?, ?, ?, 1, 0, 0, ?)""",
        (at.id, key.sha256, key.reader, json.dumps(asdict(document)), time.time()),
    )
    return at


def copy_reading(connection: sqlite3.Connection, at: Resumption, key: ReadingKey) -> Resumption:
    """A reading of this key that stands where the other one stood then, however far that is now."""
    copied = replace(at, key=key, id=write_reading(connection, key, at.document).id)
    _note(connection, copied)
    for table, of_the_part in (("page", "number"), ("loss", "number"), ("chunk", "page_number")):
        columns = ", ".join(
            f'"{name}"'
            for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
            if name != "reading_id"
        )
        connection.execute(
            f"""INSERT INTO {table} (reading_id, {columns}) SELECT ?, {columns} FROM {table}
                WHERE reading_id = ? AND {of_the_part} < ?""",  # noqa: S608 - names of ours
            (copied.id, at.id, at.next_page),
        )
    return copied


def next_page_of(connection: sqlite3.Connection, at: Resumption) -> int | None:
    """Where the reading stands now, whoever went on with it; None if it is gone."""
    row = connection.execute("SELECT next_page FROM reading WHERE id = ?", (at.id,)).fetchone()
    return None if row is None else int(row[0])


def is_touched_since(connection: sqlite3.Connection, key: ReadingKey, since: float) -> bool:
    """Whether there is a reading of this key that somebody went on with after that time (since 1970)."""
    row = connection.execute(
        "SELECT 1 FROM reading WHERE sha256 = ? AND reader = ? AND touched_at > ?",
        (key.sha256, key.reader, since),
    ).fetchone()
    return row is not None


def find_reading(connection: sqlite3.Connection, key: ReadingKey) -> Resumption | None:
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
    return Resumption(
        key,
        reading_id,
        Document(**{**document, "pages": (), "notes": tuple(document["notes"])}),
        next_page,
        text_length,
        chunk_count,
        tuple(PageLost(number, reason) for number, reason in losses),
        recognised,
        blank,
    )


def append_to_reading(
    connection: sqlite3.Connection,
    at: Resumption,
    added: Sequence[Page],
    losses: Sequence[PageLost],
    chunks: Sequence[Chunk],
    vectors: Vectors,
) -> Resumption:
    """Write what comes next; returns where the reading stands then.

    Raises ValueError for what does not come next; the transaction is then to be undone.
    """
    end = at.text_length + sum(len(page.text) + len(PAGE_BREAK) for page in added)
    _refuse_gaps(at, end, added, losses, chunks)
    lost = {loss.number for loss in losses}
    connection.executemany(
        f"INSERT INTO page (reading_id, {pages.COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant
        ((at.id, *row) for row in pages.page_rows(added, at.text_length)),
    )
    connection.executemany(
        "INSERT INTO loss VALUES (?, ?, ?)", ((at.id, loss.number, loss.reason) for loss in losses)
    )
    connection.executemany(
        "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((at.id, *row) for row in chunk_rows(at.document.names, chunks, vectors)),
    )
    reached = replace(
        at,
        next_page=at.next_page + len(added),
        text_length=end,
        chunk_count=at.chunk_count + len(chunks),
        losses=(*at.losses, *losses),
        recognised_pages=at.recognised_pages + sum(page.recognised for page in added),
        blank_pages=at.blank_pages + sum(not page.text.strip() and page.number not in lost for page in added),
    )
    _note(connection, reached)
    return reached


def delete_reading(connection: sqlite3.Connection, at: Resumption) -> None:
    connection.execute("DELETE FROM reading WHERE id = ?", (at.id,))


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
        """SELECT ordinal, start, "end", page_number, page_end, headings, text, opening, digest, vector
           FROM chunk WHERE reading_id = ? ORDER BY ordinal""",
        (reading_id,),
    )


def read_opening(connection: sqlite3.Connection, reading_id: int, characters: int) -> str:
    """The first so many characters, from the beginnings of the first pages."""
    text = ""
    for (beginning,) in connection.execute(
        "SELECT substr(text, 1, ?) FROM page WHERE reading_id = ? ORDER BY number", (characters, reading_id)
    ):
        text += f"{beginning}\n"
        if len(text) >= characters:
            break
    return text[:characters]


def problems(connection: sqlite3.Connection) -> list[str]:
    """Readings that hold something else than they claim, in words."""
    (count,) = connection.execute(
        """SELECT count(*) FROM reading WHERE
               next_page <> 1 + (SELECT count(*) FROM page WHERE reading_id = reading.id)
               OR text_length <> (SELECT coalesce(sum(length + 1), 0) FROM page WHERE reading_id = reading.id)
               OR chunk_count <> (SELECT count(*) FROM chunk WHERE reading_id = reading.id)"""
    ).fetchone()
    return [f"{count} unfinished documents hold more or less than they should."] if count else []


def _note(connection: sqlite3.Connection, at: Resumption) -> None:
    connection.execute(
        """UPDATE reading SET next_page = ?, text_length = ?, chunk_count = ?, recognised_pages = ?,
               blank_pages = ?, touched_at = ? WHERE id = ?""",
        (
            at.next_page,
            at.text_length,
            at.chunk_count,
            at.recognised_pages,
            at.blank_pages,
            time.time(),
            at.id,
        ),
    )


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
