"""The FTS5 table of words as it is made, here or in memory, and what FTS5 itself makes of a text.

Whatever is to agree with the index must have its words from FTS5's own tokenizer: there is no second one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager

TOKENIZER = "porter unicode61 remove_diacritics 2"


def create_word_table(connection: sqlite3.Connection) -> None:
    """An empty table `lexical`, which holds words and no text."""
    connection.execute(
        f"CREATE VIRTUAL TABLE lexical USING fts5(text, content = '', tokenize = '{TOKENIZER}')"
    )


@contextmanager
def words_in_memory(texts: Iterable[tuple[int, str]]) -> Iterator[sqlite3.Connection]:
    """A database of its own that holds `lexical` with these (rowid, text) and nothing else."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        create_word_table(connection)
        connection.executemany("INSERT INTO lexical (rowid, text) VALUES (?, ?)", texts)
        yield connection


def tokens_of(texts: Sequence[str]) -> list[tuple[bytes, ...]]:
    """FTS5's tokens of each text, in order; none for a text without a word."""
    found: list[list[bytes]] = [[] for _ in texts]
    with words_in_memory(enumerate(texts)) as connection:
        connection.execute("CREATE VIRTUAL TABLE token USING fts5vocab(lexical, instance)")
        for row, token in connection.execute(
            "SELECT doc, CAST(term AS BLOB) FROM token ORDER BY doc, offset"
        ):
            found[row].append(token)
    return [tuple(tokens) for tokens in found]
