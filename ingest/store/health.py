"""A store's check of itself: what each part claims against what the others hold."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from ingest.indexing import embedded_text, text_digest
from ingest.store import file_record, lexical
from ingest.store.chunks import chunk_ranges
from ingest.store.derived_file import UnusableFileError, mapped
from ingest.store.identity import read_identity
from ingest.store.layout import StoreLayout
from ingest.store.pages import read_pages
from ingest.store.postings import NoPostingsError, Postings
from ingest.store.reembedding_rows import read_target
from ingest.store.vector_file import check_base, read_record
from ingest.store.vector_rows import VECTOR_DTYPE, UnusableBaseError
from ingest.store.vectors import expand
from ingest.types import PAGE_BREAK, distinct_names

_COUNTED = (
    (
        "SELECT count(*) FROM chunk WHERE id NOT IN (SELECT chunk_id FROM embedding)",
        "chunks have no vector: a search by meaning cannot find them",
    ),
    (
        "SELECT count(*) FROM embedding WHERE length(vector) <> :bytes",
        "vectors have more or fewer numbers than the embedder gives",
    ),
    (
        "SELECT count(*) FROM document WHERE id NOT IN (SELECT document_id FROM source)",
        "documents belong to no file",
    ),
    (
        """SELECT count(*) FROM document WHERE (page_count, recognised_pages) <>
           (SELECT count(*), coalesce(sum(recognised), 0) FROM page WHERE document_id = document.id)""",
        "documents have more or fewer pages than they should",
    ),
    (
        "SELECT count(*) FROM document WHERE unread_pages NOT BETWEEN 0 AND page_count",
        "documents are said to have more unread pages than they have pages",
    ),
    (
        "SELECT count(*) FROM next_chunk WHERE id NOT IN (SELECT chunk_id FROM next_embedding)",
        "chunks of the re-embedding have no vector",
    ),
    (
        "SELECT count(*) FROM next_embedding WHERE length(vector) <> :next_bytes",
        "vectors of the re-embedding have more or fewer numbers than its embedder gives",
    ),
    (
        """SELECT count(*) FROM next_document AS next WHERE (chunk_count, first_chunk) <>
           (SELECT count(*), coalesce(min(id), next.first_chunk) FROM next_chunk
            WHERE document_id = next.document_id)""",
        "documents of the re-embedding have more or fewer chunks than they should",
    ),
    (
        """SELECT count(*) FROM next_begun AS begun WHERE chunk_count <>
           (SELECT count(*) FROM next_part WHERE document_id = begun.document_id)""",
        "documents that are being re-embedded have more or fewer chunks than they should",
    ),
    (
        "SELECT count(*) FROM next_part WHERE length(vector) <> :next_bytes",
        "vectors of documents that are being re-embedded have more or fewer numbers than the embedder gives",
    ),
    (
        """SELECT count(*) FROM next_chunk WHERE id IN (SELECT id FROM chunk)
           OR id > (SELECT seq FROM sqlite_sequence WHERE name = 'chunk')""",
        "chunks of the re-embedding have an id that others have or may be given",
    ),
    (
        "SELECT count(*) FROM archive WHERE path IN (SELECT path FROM source)",
        "files are noted both as an archive and as a document",
    ),
)


def problems(
    connection: sqlite3.Connection, layout: StoreLayout, *, read_only: bool = False
) -> Iterator[str]:
    """Each contradiction found, in words. Runs inside the caller's transaction and changes nothing.

    With `read_only`, FTS5's own check of the index of words is left out: it counts as writing. An index of
    another version is then a problem, since it cannot be made anew.
    """
    if read_only and not lexical.is_current(connection):
        yield f"Search by words: {lexical.OUTDATED}."
    damage = [line for (line,) in connection.execute("PRAGMA integrity_check(20)") if line != "ok"]
    yield from (f"The database file is damaged: {line}." for line in damage)
    if damage:
        return  # what follows would read the damaged pages
    dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
    if dangling:
        yield f"{len(dangling)} rows point at rows that are gone."
    yield from _counted(connection, layout)
    yield from _lexical_problems(connection, structure=not read_only)
    for document_id, title, name in connection.execute("SELECT id, title, name FROM document").fetchall():
        yield from _misplaced(connection, document_id, title)
        for prefix in ("", "next_"):
            yield from _mistaken_digests(connection, document_id, title, name, prefix)
    yield from _file_problems(connection, layout)


def _counted(connection: sqlite3.Connection, layout: StoreLayout) -> Iterator[str]:
    embedder = read_identity(connection, layout).embedder
    target = read_target(connection)
    sizes = {
        "bytes": embedder.dimension * VECTOR_DTYPE.itemsize,
        "next_bytes": 0 if target is None else target.embedder.dimension * VECTOR_DTYPE.itemsize,
    }
    for statement, meaning in _COUNTED:
        (count,) = connection.execute(statement, sizes).fetchone()
        if count:
            yield f"{count} {meaning}."
    claimed = set(expand(chunk_ranges(connection)).tolist())
    if claimed != _chunk_ids(connection):
        yield "The documents' chunks are not those that the documents' rows name."


def _lexical_problems(connection: sqlite3.Connection, *, structure: bool) -> Iterator[str]:
    indexed, there = lexical.indexed_chunks(connection), _chunk_ids(connection)
    if missing := len(there - indexed):
        yield f"{missing} chunks are not in the index of words."
    if superfluous := len(indexed - there):
        yield f"The index of words holds {superfluous} chunks that are gone."
    if not structure:
        return
    try:
        lexical.check_structure(connection)
    except sqlite3.DatabaseError as error:
        yield f"The index of words is damaged: {error}."


def _misplaced(connection: sqlite3.Connection, document_id: int, title: str) -> Iterator[str]:
    """Pages that do not follow each other, and chunks that are not what stands at their place."""
    texts: list[str] = []
    offset, wrong = 0, 0
    for number, start, length, *_, text in read_pages(connection, document_id):
        wrong += (number, start, length) != (len(texts) + 1, offset, len(text))
        offset += len(text) + len(PAGE_BREAK)
        texts.append(text)
    if wrong:
        yield f"{wrong} pages of '{title}' do not stand where the page before them ends."
    text = PAGE_BREAK.join(texts)
    chunks = connection.execute(
        """SELECT start, "end", text FROM chunk WHERE document_id = ?1
           UNION ALL SELECT start, "end", text FROM next_chunk WHERE document_id =
               (SELECT document_id FROM next_document NATURAL JOIN
                   (SELECT id AS document_id, revision FROM document WHERE id = ?1))""",
        (document_id,),
    )
    misplaced = sum(text[start:end] != chunk for start, end, chunk in chunks)
    if misplaced:
        yield f"{misplaced} chunks of '{title}' are not what stands at their place in its pages."


def _mistaken_digests(
    connection: sqlite3.Connection, document_id: int, title: str, name: str, prefix: str
) -> Iterator[str]:
    """Vectors that are remembered as those of another text than their chunk's."""
    rows = connection.execute(
        f"""SELECT headings, text, opening, digest FROM {prefix}chunk
            JOIN {prefix}embedding ON chunk_id = {prefix}chunk.id WHERE document_id = ?""",  # noqa: S608 - a constant
        (document_id,),
    )
    names = distinct_names(name, title)
    wrong = sum(
        text_digest(embedded_text(names, json.loads(headings), text, opening)) != digest
        for headings, text, opening, digest in rows
    )
    if wrong:
        yield f"{wrong} vectors of '{title}' are remembered as those of another text."


def _file_problems(connection: sqlite3.Connection, layout: StoreLayout) -> Iterator[str]:
    base = read_record(connection)
    if base is not None:
        try:
            check_base(layout, base, read_identity(connection, layout).embedder.dimension)
        except UnusableBaseError as error:
            yield f"{error}; the next search rebuilds it."
    words = file_record.read_record(connection, lexical.POSTINGS)
    if words is not None:
        try:
            Postings.over(mapped(layout.words, words))
        except (UnusableFileError, NoPostingsError) as error:
            file = layout.words.named(words.generation)
            yield (
                f"{file} is unusable ({error}); searches by words are slower until the collection is "
                "closed after one of them, which rebuilds it."
            )


def _chunk_ids(connection: sqlite3.Connection) -> set[int]:
    return {chunk_id for (chunk_id,) in connection.execute("SELECT id FROM chunk")}
