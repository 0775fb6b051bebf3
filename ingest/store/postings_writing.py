"""Postings written from an FTS5 table, by a bounded number of occurrences at a time."""

from __future__ import annotations

import io
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ingest.errors import StoreDamaged, StoreError
from ingest.store.postings import Postings, PostingsShape, Section, first_places
from ingest.store.vector_rows import Ids
from ingest.store.word_table import words_in_memory

#: So many occurrences are in memory at a time, unless a single term has more.
_BATCH = 1 << 18

#: What the four bytes of a place can tell apart, the gaps between rows included.
MOST_PLACES = 1 << 32

#: FTS5 keeps a text's number of words in 7 bits a byte: in two bytes, it is below 16,384.
_SHORT_LENGTH_BYTES = 2

_BATCH_OF_TERMS = """
    SELECT group_concat(doc), group_concat("offset") FROM temp.occurrence
    WHERE term >= CAST(? AS TEXT) AND term <= CAST(? AS TEXT)
"""


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """All terms, ascending, and in how many rows and at how many places each stands."""

    terms: bytes
    ends: NDArray[np.int64]
    rows: NDArray[np.int64]
    places: NDArray[np.int64]

    def term(self, number: int) -> bytes:
        return self.terms[int(self.ends[number - 1]) if number else 0 : int(self.ends[number])]

    def batches(self) -> Iterator[tuple[int, int]]:
        """Stretches of terms, each of which has few enough places, or is a single term."""
        ends = np.cumsum(self.places)
        first = 0
        while first < len(ends):
            before = int(ends[first - 1]) if first else 0
            end = max(first + 1, int(np.searchsorted(ends, before + _BATCH, side="right")))
            yield first, end
            first = end


def write_postings(connection: sqlite3.Connection, file: BinaryIO) -> Ids:
    """Write the postings of the table `lexical` into an empty file; the ids of the chunks in it.

    Runs inside the caller's transaction, and leaves tables in `temp` that go with it. Raises OSError,
    StoreDamaged where FTS5's index contradicts itself, and StoreError where it has too many words.
    """
    for name, kind in (("vocabulary", "row"), ("occurrence", "instance")):
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        connection.execute(f"CREATE VIRTUAL TABLE temp.{name} USING fts5vocab(main, lexical, {kind})")
    ids, lengths, length_bytes = _read_lengths(connection)
    vocabulary = _read_vocabulary(connection)
    shape = PostingsShape(
        rows=len(ids),
        terms=len(vocabulary.ends),
        term_bytes=len(vocabulary.terms),
        postings=int(vocabulary.rows.sum()),
        places=int(vocabulary.places.sum()),
        count_bytes=2 if length_bytes <= _SHORT_LENGTH_BYTES else 4,
    )
    if shape.places != int(lengths.sum()):
        raise _contradiction()
    if shape.places + shape.rows > MOST_PLACES:
        raise StoreError("The collection has too many words for postings. FTS5 goes on searching alone.")
    sections = {name: _SectionWriter(file, section) for name, section in shape.sections().items()}
    file.write(shape.header())
    sections["ids"].append(ids)
    sections["lengths"].append(lengths)
    sections["ends"].append(vocabulary.ends)
    sections["terms"].append(np.frombuffer(vocabulary.terms, np.uint8))
    sections["posting_ends"].append(np.cumsum(vocabulary.rows))
    sections["place_ends"].append(np.cumsum(vocabulary.places))
    starts = first_places(lengths)
    for first, end in vocabulary.batches():
        rows, counts, places = _read_batch(connection, vocabulary, first, end, ids, starts)
        sections["rows"].append(rows)
        sections["counts"].append(counts)
        sections["places"].append(places)
    file.seek(0, io.SEEK_END)
    file.write(bytes(shape.size() - file.tell()))  # where the last arrays are empty
    return ids


def postings_of(texts: Iterable[tuple[int, str]]) -> Postings:
    """Postings in memory of these (chunk id, lexical text)."""
    file = io.BytesIO()
    with words_in_memory(texts) as connection:
        write_postings(connection, file)
    return Postings.over(file.getbuffer())


class _SectionWriter:
    """Fills an array of the file from its beginning on."""

    def __init__(self, file: BinaryIO, section: Section) -> None:
        self._file, self._dtype, self._offset = file, section.dtype, section.offset

    def append(self, values: NDArray[np.generic]) -> None:
        self._file.seek(self._offset)
        self._offset += self._file.write(values.astype(self._dtype, copy=False).tobytes())


def _read_lengths(connection: sqlite3.Connection) -> tuple[Ids, NDArray[np.int32], int]:
    """The chunks that the index holds, each one's number of words, and how many bytes the longest takes."""
    ids, lengths, most = array("q"), array("q"), 0
    for chunk_id, encoded in connection.execute("SELECT id, sz FROM lexical_docsize ORDER BY id"):
        ids.append(chunk_id)
        lengths.append(_variable_length_integer(encoded))
        most = max(most, len(encoded))
    return np.array(ids, np.int64), np.array(lengths, np.int32), most


def _variable_length_integer(encoded: bytes) -> int:
    """SQLite's encoding (https://www.sqlite.org/fileformat2.html#varint), of what fits 8 bytes."""
    value = 0
    for byte in encoded:
        value = value << 7 | byte & 0x7F
    return value


def _read_vocabulary(connection: sqlite3.Connection) -> _Vocabulary:
    terms = bytearray()
    ends, rows, places = array("q"), array("q"), array("q")
    for term, row_count, place_count in connection.execute(
        "SELECT CAST(term AS BLOB), doc, cnt FROM temp.vocabulary"
    ):
        terms += term
        ends.append(len(terms))
        rows.append(row_count)
        places.append(place_count)
    return _Vocabulary(
        bytes(terms), np.array(ends, np.int64), np.array(rows, np.int64), np.array(places, np.int64)
    )


def _read_batch(
    connection: sqlite3.Connection,
    vocabulary: _Vocabulary,
    first: int,
    end: int,
    ids: Ids,
    starts: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Rows, counts and places of these terms. FTS5 gives them by term, then by chunk, then by offset."""
    bounds = vocabulary.term(first), vocabulary.term(end - 1)
    joined = connection.execute(_BATCH_OF_TERMS, bounds).fetchone()
    if None in joined:
        raise _contradiction()
    # As text, which SQLite joins and numpy reads, since a row of Python's for each takes twice as long.
    chunks, offsets = (np.fromstring(numbers, np.int64, sep=",") for numbers in joined)
    places_by_term = vocabulary.places[first:end]
    if not len(chunks) == len(offsets) == places_by_term.sum():
        raise _contradiction()
    rows = np.searchsorted(ids, chunks)
    if not np.array_equal(ids[np.minimum(rows, len(ids) - 1)], chunks):
        raise _contradiction()
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = rows[1:] != rows[:-1]
    begins[np.cumsum(places_by_term)[:-1]] = True
    at = np.flatnonzero(begins)
    if len(at) != vocabulary.rows[first:end].sum():
        raise _contradiction()
    return rows[at], np.diff(at, append=len(rows)), starts[rows] + offsets


def _contradiction() -> StoreDamaged:
    return StoreDamaged(
        "The index of words contradicts itself. Ingest the documents again into a new collection: "
        "`refdesk ingest PATH -c NEW_NAME`."
    )
