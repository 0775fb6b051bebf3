"""Exact vectors by row: in memory, or in a mapped file of which nothing is believed before it was checked.

The file holds the vectors as float32 [count, dimension], then the ids as int64 [count], ascending, then the
SHA-256 of every `BLOCK_ROWS` vectors. Its record holds the hash of all that follows the vectors, which is
checked when the file is opened; a block of vectors is checked when it is first read. Whoever reads a few
vectors of a million thus neither loads nor hashes the rest.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ingest.embedding.protocol import Vectors

Ids = NDArray[np.int64]

#: Positions in a base, from 0.
Rows = NDArray[np.int64]

Similarities = NDArray[np.float32]

#: One number of a vector, as the database and the vector file keep it.
VECTOR_DTYPE = np.dtype("<f4")

_ID_DTYPE = np.dtype("<i8")

#: Vectors that are checked together: few, since a search reads some hundred that lie anywhere.
BLOCK_ROWS = 32

_DIGEST_BYTES = hashlib.sha256().digest_size

#: Vectors that are copied at a time where those that are wanted lie scattered.
_GATHERED = 4096

#: Where more than one vector of so many is wanted, all between them are scored too: cheaper than copying.
_DENSE = 3


class UnusableBaseError(Exception):
    """A vector file is missing or not what was recorded. The store rebuilds it; no user sees this."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file} is unusable ({reason})")
        self.file = file
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RowsRecord:
    """What is known of a file of vectors. `sha256` is that of all that follows the vectors."""

    count: int
    last_id: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Seals:
    """What each block of a mapped file must hash to, and which blocks were found to do so.

    `checked` only ever turns true, so that threads may share it without a lock.
    """

    file: Path
    digests: NDArray[np.uint8]
    checked: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class VectorRows:
    """Vectors [count, dimension] ascending by id: row r is chunk `ids[r]`. Without seals they are in memory.

    Nobody may shorten a mapped file in its place while it is open: the system then ends the process. The
    store never does; it writes another file and gives it the name.
    """

    ids: Ids
    vectors: Vectors
    seals: Seals | None = None

    def similarities(self, query: Vectors, rows: Rows) -> Similarities:
        """The cosine of `query`, float32 [dimension], and each of the vectors, float32 [len(rows)].

        The rows come ascending. A pair of vectors gets the same number whatever else is asked with it.
        Raises UnusableBaseError where the file is not what was written.
        """
        if not rows.size:
            return np.empty(0, np.float32)
        first, end = int(rows[0]), int(rows[-1]) + 1
        if (end - first) < _DENSE * rows.size:
            self._check(np.arange(first // BLOCK_ROWS, (end - 1) // BLOCK_ROWS + 1))
            return similarities(self.vectors[first:end], query)[rows - first]
        self._check(np.unique(rows // BLOCK_ROWS))
        parts = (rows[start : start + _GATHERED] for start in range(0, rows.size, _GATHERED))
        return np.concatenate([similarities(self.vectors[part], query) for part in parts])

    def check(self) -> None:
        """Raise UnusableBaseError unless every vector is what was written."""
        self._check(np.arange(_block_count(len(self.ids))))

    def _check(self, blocks: Rows) -> None:
        if self.seals is None:
            return
        for block in blocks[~self.seals.checked[blocks]].tolist():
            vectors = self.vectors[block * BLOCK_ROWS : (block + 1) * BLOCK_ROWS]
            if hashlib.sha256(vectors.tobytes()).digest() != self.seals.digests[block].tobytes():
                raise UnusableBaseError(self.seals.file, "its vectors are not those that were written")
            self.seals.checked[block] = True


def similarities(vectors: Vectors, query: Vectors) -> Similarities:
    """The cosine of each of the vectors [n, dimension] and the query [dimension], all of unit length.

    A product of vector by vector: one of a matrix and a vector gives equal rows different last digits.
    """
    products: Similarities = np.vecdot(vectors, query)
    return products


def rows_in_memory(dimension: int, batches: Iterable[tuple[Ids, Vectors]]) -> VectorRows:
    """These vectors, which come ascending by id."""
    ids, vectors = [np.empty(0, np.int64)], [np.empty((0, dimension), np.float32)]
    for some_ids, some_vectors in batches:
        ids.append(some_ids)
        vectors.append(some_vectors)
    return VectorRows(np.concatenate(ids), np.concatenate(vectors))


def write_rows(file: BinaryIO, dimension: int, batches: Iterable[tuple[Ids, Vectors]]) -> RowsRecord:
    """Write these vectors, which come ascending by id, batch by batch. Raises OSError."""
    block_bytes = BLOCK_ROWS * dimension * VECTOR_DTYPE.itemsize
    ids = [np.empty(0, np.int64)]
    digests: list[bytes] = []
    pending = b""
    for some_ids, vectors in batches:
        data = vectors.astype(VECTOR_DTYPE, copy=False).tobytes()
        file.write(data)
        ids.append(some_ids)
        pending += data
        whole = len(pending) - len(pending) % block_bytes
        digests += [
            hashlib.sha256(pending[start : start + block_bytes]).digest()
            for start in range(0, whole, block_bytes)
        ]
        pending = pending[whole:]
    if pending:
        digests.append(hashlib.sha256(pending).digest())
    all_ids = np.concatenate(ids)
    rest = all_ids.astype(_ID_DTYPE, copy=False).tobytes() + b"".join(digests)
    file.write(rest)
    last_id = int(all_ids[-1]) if all_ids.size else 0
    return RowsRecord(len(all_ids), last_id, hashlib.sha256(rest).hexdigest())


def open_rows(path: Path, record: RowsRecord, dimension: int) -> VectorRows:
    """The vectors of a file, mapped. Raises UnusableBaseError."""
    blocks = _block_count(record.count)
    vector_bytes = record.count * dimension * VECTOR_DTYPE.itemsize
    id_bytes = record.count * _ID_DTYPE.itemsize
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size != vector_bytes + id_bytes + blocks * _DIGEST_BYTES:
                raise UnusableBaseError(path, "it is shorter or longer than what was written")
            file.seek(vector_bytes)
            rest = file.read()
            if hashlib.sha256(rest).hexdigest() != record.sha256:
                raise UnusableBaseError(path, "its checksum is not the recorded one")
            vectors = _mapped(file, record.count, dimension)
    except OSError as error:
        raise UnusableBaseError(path, error.strerror or str(error)) from error
    ids = np.frombuffer(rest[:id_bytes], _ID_DTYPE)
    digests = np.frombuffer(rest[id_bytes:], np.uint8).reshape(blocks, _DIGEST_BYTES)
    return VectorRows(ids, vectors, Seals(path, digests, np.zeros(blocks, np.bool_)))


def _mapped(file: BinaryIO, count: int, dimension: int) -> Vectors:
    if not count:  # the system maps nothing of no length
        return np.empty((0, dimension), np.float32)
    return np.memmap(file, VECTOR_DTYPE, "r", shape=(count, dimension)).view(np.ndarray)


def _block_count(count: int) -> int:
    return -(-count // BLOCK_ROWS)
