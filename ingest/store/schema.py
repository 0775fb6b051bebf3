"""The store's tables, and the few facts it keeps about itself."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass

from ingest.embedding.protocol import EmbedderIdentity
from ingest.errors import CollectionNotFound, EmbedderMismatch, StoreDamaged, StoreError
from ingest.store.layout import FORMAT_VERSION, StoreLayout

#: Marks an SQLite file as ours ("RFDK").
APPLICATION_ID = 0x5246444B

# AUTOINCREMENT: an id once given is never given again, so an id held by a reader or a vector file can
# go missing but never come to mean something else. Paths are bytes: a file's name need not be Unicode.
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
        page_count INTEGER NOT NULL,
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
        boxes BLOB NOT NULL,
        text TEXT NOT NULL,
        UNIQUE (document_id, number))""",
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
        UNIQUE (document_id, ordinal))""",
    """CREATE TABLE embedding (
        chunk_id INTEGER PRIMARY KEY REFERENCES chunk ON DELETE CASCADE,
        vector BLOB NOT NULL)""",
    """CREATE VIEW stored_chunk AS
        SELECT chunk.id, document_id, title, name, ordinal, start, end, page_number, page_end, headings, text,
            (SELECT path FROM source WHERE source.document_id = document.id
             ORDER BY source.id LIMIT 1) AS path
        FROM chunk JOIN document ON document.id = chunk.document_id""",
)


@dataclass(frozen=True, slots=True)
class StoreIdentity:
    """What the store was made with. A search with anything else would compare what cannot be compared."""

    embedder: EmbedderIdentity
    splitter: str


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether nothing was ever committed here: a new file, or one whose creation was interrupted."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return int(tables) == 0


def create_tables(connection: sqlite3.Connection, identity: StoreIdentity) -> None:
    """All tables but the lexical index. Runs inside the caller's transaction."""
    for statement in _TABLES:
        connection.execute(statement)
    write_meta(connection, "embedder", json.dumps(asdict(identity.embedder)))
    write_meta(connection, "splitter", identity.splitter)
    write_meta(connection, "generation", 0)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")


def read_identity(connection: sqlite3.Connection, layout: StoreLayout) -> StoreIdentity:
    """What the store was made with, once it is clear that the file is a store of this format."""
    if is_empty(connection):
        raise CollectionNotFound(
            f"The collection '{layout.name}' holds nothing ({layout.database} is empty). "
            f"Make it with `refdesk ingest PATH -c {layout.name}`."
        )
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise StoreDamaged(
            f"{layout.database} is an SQLite file, but not one that Refdesk made. Move it away."
        )
    if version != FORMAT_VERSION:
        raise StoreError(
            f"The collection '{layout.name}' has format {version} and this Refdesk reads {FORMAT_VERSION}. "
            + ("Upgrade Refdesk." if version > FORMAT_VERSION else _ingest_anew())
        )
    try:
        embedder = EmbedderIdentity(**json.loads(str(read_meta(connection, "embedder"))))
    except (TypeError, ValueError) as error:
        raise StoreDamaged(
            f"{layout.database} does not say which embedder it was made with ({error}). {_ingest_anew()}"
        ) from error
    return StoreIdentity(embedder, str(read_meta(connection, "splitter")))


def refuse_mismatch(
    made_with: StoreIdentity, embedder: EmbedderIdentity | None, splitter: str | None, layout: StoreLayout
) -> None:
    """Raise EmbedderMismatch, naming each difference, unless what is asked for fits; None fits."""
    differences = []
    if embedder is not None:
        made, asked = asdict(made_with.embedder), asdict(embedder)
        differences = [
            f"{name} {made[name]!r}, not {asked[name]!r}" for name in made if made[name] != asked[name]
        ]
    if splitter is not None and splitter != made_with.splitter:
        differences.append(f"splitter {made_with.splitter!r}, not {splitter!r}")
    if differences:
        raise EmbedderMismatch(
            f"The collection '{layout.name}' was made with {'; '.join(differences)}. "
            f"The two cannot be mixed. Go back to those settings, or: {_ingest_anew()}"
        )


def read_meta(connection: sqlite3.Connection, name: str) -> str | int | None:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]


def write_meta(connection: sqlite3.Connection, name: str, value: str | int) -> None:
    connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))


def read_generation(connection: sqlite3.Connection) -> int:
    """How often what can be found has changed. Two equal readings: nothing changed between them."""
    (value,) = connection.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()
    return int(value)


def advance_generation(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")


def _ingest_anew() -> str:
    return "Ingest into a new collection: `refdesk ingest PATH -c NEW_NAME`."
