"""The store's tables, and where it keeps the few facts about itself."""

from __future__ import annotations

import sqlite3

from ingest.store.layout import FORMAT_VERSION

#: Marks an SQLite file as ours ("RFDK").
APPLICATION_ID = 0x5246444B

# AUTOINCREMENT: an id once given is never given again, so an id held by a reader or a vector file can
# go missing but never come to mean something else. Paths are bytes: a file's name need not be Unicode.
# A document's `revision` is the generation in which its content was written: another one, other content.
# Its `reading` names how its file was read; its `unread_pages` gave nothing then: lost or blank ones.
_TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL)",
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE document (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        sha256 TEXT NOT NULL UNIQUE,
        media_type TEXT NOT NULL,
        title TEXT NOT NULL,
        name TEXT NOT NULL,
        author TEXT,
        notes TEXT NOT NULL,
        language TEXT,
        written TEXT,
        revision INTEGER NOT NULL,
        page_count INTEGER NOT NULL,
        recognised_pages INTEGER NOT NULL,
        unread_pages INTEGER NOT NULL,
        reading TEXT NOT NULL,
        first_chunk INTEGER NOT NULL,
        chunk_count INTEGER NOT NULL)""",
    """CREATE TABLE source (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path BLOB NOT NULL UNIQUE,
        document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
        size_bytes INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        ingested_at TEXT NOT NULL)""",
    "CREATE INDEX source_document ON source (document_id)",
    """CREATE TABLE page (
        id INTEGER PRIMARY KEY,
        document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
        number INTEGER NOT NULL,
        start INTEGER NOT NULL,
        length INTEGER NOT NULL,
        label TEXT NOT NULL,
        headings TEXT NOT NULL,
        recognised INTEGER NOT NULL,
        boxes BLOB NOT NULL,
        text TEXT NOT NULL,
        UNIQUE (document_id, number),
        UNIQUE (document_id, start))""",
    """CREATE TABLE chunk (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        start INTEGER NOT NULL,
        end INTEGER NOT NULL,
        page_number INTEGER NOT NULL,
        page_end INTEGER NOT NULL,
        headings TEXT NOT NULL,
        text TEXT NOT NULL,
        opening TEXT NOT NULL,
        UNIQUE (document_id, ordinal))""",
    """CREATE TABLE embedding (
        chunk_id INTEGER PRIMARY KEY REFERENCES chunk ON DELETE CASCADE,
        digest BLOB NOT NULL,
        vector BLOB NOT NULL)""",
    "CREATE INDEX embedding_digest ON embedding (digest)",
    """CREATE TABLE refusal (
        path BLOB PRIMARY KEY,
        sha256 TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        reading TEXT NOT NULL,
        expected INTEGER NOT NULL,
        reason TEXT NOT NULL)""",
    """CREATE TABLE archive (
        path BLOB PRIMARY KEY,
        sha256 TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL)""",
    # What waits for a re-embedding to be whole. The ids of its chunks are already their final ones.
    """CREATE TABLE next_document (
        document_id INTEGER PRIMARY KEY REFERENCES document ON DELETE CASCADE,
        revision INTEGER NOT NULL,
        first_chunk INTEGER NOT NULL,
        chunk_count INTEGER NOT NULL)""",
    """CREATE TABLE next_chunk (
        id INTEGER PRIMARY KEY,
        document_id INTEGER NOT NULL REFERENCES next_document ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        start INTEGER NOT NULL,
        end INTEGER NOT NULL,
        page_number INTEGER NOT NULL,
        page_end INTEGER NOT NULL,
        headings TEXT NOT NULL,
        text TEXT NOT NULL,
        opening TEXT NOT NULL,
        UNIQUE (document_id, ordinal))""",
    """CREATE TABLE next_embedding (
        chunk_id INTEGER PRIMARY KEY REFERENCES next_chunk ON DELETE CASCADE,
        digest BLOB NOT NULL,
        vector BLOB NOT NULL)""",
    "CREATE INDEX next_embedding_digest ON next_embedding (digest)",
    # A large document's share of it, page by page. Its chunks get their ids once all of them are there.
    """CREATE TABLE next_begun (
        document_id INTEGER PRIMARY KEY REFERENCES document ON DELETE CASCADE,
        revision INTEGER NOT NULL,
        next_page INTEGER NOT NULL,
        text_length INTEGER NOT NULL,
        chunk_count INTEGER NOT NULL)""",
    """CREATE TABLE next_part (
        document_id INTEGER NOT NULL REFERENCES next_begun ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        start INTEGER NOT NULL,
        end INTEGER NOT NULL,
        page_number INTEGER NOT NULL,
        page_end INTEGER NOT NULL,
        headings TEXT NOT NULL,
        text TEXT NOT NULL,
        opening TEXT NOT NULL,
        digest BLOB NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (document_id, ordinal))""",
    "CREATE INDEX next_part_digest ON next_part (digest)",
    """CREATE VIEW stored_chunk AS
        SELECT chunk.id, document_id, title, name, ordinal, start, end, page_number, page_end, headings, text,
            opening, (SELECT path FROM source WHERE source.document_id = document.id
             ORDER BY source.id LIMIT 1) AS path
        FROM chunk JOIN document ON document.id = chunk.document_id""",
)


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether nothing was ever committed here: a new file, or one whose creation was interrupted."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return int(tables) == 0


def create_tables(connection: sqlite3.Connection) -> None:
    """All tables but the lexical index. Runs inside the caller's transaction."""
    for statement in _TABLES:
        connection.execute(statement)
    write_meta(connection, "generation", 0)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")


def read_meta(connection: sqlite3.Connection, name: str) -> str | int | None:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]


def write_meta(connection: sqlite3.Connection, name: str, value: str | int) -> None:
    connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))


def delete_meta(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("DELETE FROM meta WHERE name = ?", (name,))


def read_generation(connection: sqlite3.Connection) -> int:
    """How often what can be found has changed. Two equal readings: nothing changed between them."""
    (value,) = connection.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()
    return int(value)


def advance_generation(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")
