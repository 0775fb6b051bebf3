"""The index of words: SQLite FTS5, contentless, in the same file and transactions as the rows.

It is the only truth of the words, and searches small collections; large ones are searched through the
postings that are made from it (`ingest.store.word_search`), with the same hits and scores.

The index holds no text of its own, so taking a chunk out means telling FTS5 the exact text that was
put in. That text is computed from the stored rows, by the same function both times; a fingerprint of
that function's work is kept, and the index is rebuilt when it no longer fits.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence

from ingest.indexing import lexical_text
from ingest.store import chunks
from ingest.store.file_record import delete_record
from ingest.store.schema import read_meta, write_meta
from ingest.store.word_table import TOKENIZER, create_word_table
from ingest.store.words import Term, match_expression

#: What is wrong with a collection that was indexed in another way and cannot be indexed anew.
OUTDATED = (
    "its index of words was made by another version of Refdesk, and cannot be made anew because the folder "
    "may not be written; some words are not found. Open it once where it can be written"
)

#: The record of the postings that were made from the index.
POSTINGS = "postings"

_FINGERPRINT = "lexical"

_SEARCH = """
    SELECT rowid, -bm25(lexical) AS score FROM lexical
    WHERE lexical MATCH :expression ORDER BY score DESC, rowid LIMIT :k
"""

# The bounds let FTS5 skip what lies outside them. The plus sign keeps SQLite from the plan that would
# run the whole match anew for each id.
_CONFINED_SEARCH = """
    SELECT rowid, -bm25(lexical) AS score FROM lexical
    WHERE lexical MATCH :expression AND rowid BETWEEN :first AND :last
        AND (:documents IS NULL OR +rowid IN
            (SELECT id FROM chunk WHERE document_id IN (SELECT value FROM json_each(:documents))))
    ORDER BY score DESC, rowid LIMIT :k
"""


def create_index(connection: sqlite3.Connection) -> None:
    """An empty index, in place of one that is there, whose postings are of no use any more."""
    connection.execute("DROP TABLE IF EXISTS lexical")
    create_word_table(connection)
    delete_record(connection, POSTINGS)
    write_meta(connection, _FINGERPRINT, _fingerprint())


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether the index was made by the code that would now add to it and take from it."""
    return read_meta(connection, _FINGERPRINT) == _fingerprint()


def rebuild_index(connection: sqlite3.Connection) -> None:
    create_index(connection)
    add_chunks(connection, chunks.lexical_rows(connection))


def add_chunks(connection: sqlite3.Connection, texts: Iterable[tuple[int, str]]) -> None:
    connection.executemany("INSERT INTO lexical (rowid, text) VALUES (?, ?)", texts)


def remove_chunks(connection: sqlite3.Connection, texts: Iterable[tuple[int, str]]) -> None:
    """Take chunks out. The texts must be those that were added, or the index is spoilt."""
    connection.executemany("INSERT INTO lexical (lexical, rowid, text) VALUES ('delete', ?, ?)", texts)


def search(
    connection: sqlite3.Connection, terms: Sequence[Term], k: int, documents: Collection[int] | None = None
) -> list[tuple[int, float]]:
    """The k best (chunk id, BM25 score), higher being better; equal scores in order of id.

    `documents` confines the hits; what a word is worth is still counted over the whole collection.
    FTS5's bm25() has k1 = 1.2 and b = 0.75 and is negative; here its sign is turned.
    """
    ranges = None if documents is None else chunks.chunk_ranges(connection, documents)
    if not terms or k < 1 or ranges == []:
        return []
    found = connection.execute(
        _SEARCH if ranges is None else _CONFINED_SEARCH,
        {
            "expression": match_expression(terms),
            "k": k,
            "first": ranges[0].first if ranges else 0,
            "last": ranges[-1].end - 1 if ranges else 0,
            # For one document, and for several that follow each other, the bounds say it all.
            "documents": json.dumps(list(documents or ())) if ranges and len(ranges) > 1 else None,
        },
    )
    return [(chunk_id, score) for chunk_id, score in found]


def indexed_chunks(connection: sqlite3.Connection) -> set[int]:
    """Ids of the chunks that the index holds."""
    return {chunk_id for (chunk_id,) in connection.execute("SELECT id FROM lexical_docsize")}


def check_structure(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError if the index contradicts itself."""
    connection.execute("INSERT INTO lexical (lexical) VALUES ('integrity-check')")


def _fingerprint() -> str:
    sample = lexical_text(
        ("Name", "Title"), ("Title", "Part", "Section"), "Text of FY2024Q2 漢字.", "How its page begins"
    )
    return hashlib.sha256(f"{TOKENIZER}\n{sample}".encode()).hexdigest()
