"""Which of many vectors are worth scoring: an inverted file of 4-bit codes, searched where the query points.

k-means puts every vector into one of √count lists; a query looks into those whose centres are nearest. What
it finds there is approximate and only says which rows to score exactly (`vector_rows`). Chosen by
measurement: docs/benchmarks.md, "Dense search by count". https://github.com/facebookresearch/faiss/wiki has
the methods: IVF (inverted file), SQ (scalar quantiser).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.embedding.protocol import Vectors
from ingest.store.vector_rows import Rows, UnusableBaseError
from machine import usable_cores

_METHOD = "SQ4"
_TRAINING_PER_LIST = 64
_TRAINING_ROUNDS = 10
_SEED = 1

#: Rows that are read, coded and forgotten together while an index is made.
_BATCH = 65_536


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """From which count on vectors are searched through an index, and how thoroughly."""

    exact_maximum: int = 50_000
    """Up to so many vectors, a filter's included, all are scored."""
    probes: int = 160
    """Lists that a query looks into where nothing is filtered."""
    candidates_per_hit: float = 2.0
    candidates_at_least: int = 100
    """So many more than that are scored exactly: the codes are coarse."""

    def candidates(self, k: int) -> int:
        """How many rows to score exactly, to have the k best among them."""
        return math.ceil(self.candidates_per_hit * k) + self.candidates_at_least


@dataclass(frozen=True, slots=True)
class QuantisedRows:
    """A `faiss.IndexIVFScalarQuantizer` over the rows 0, 1, ... of a base. Never changed once it is made."""

    index: Any
    plan: SearchPlan

    def candidates(self, query: Vectors, k: int, allowed: NDArray[np.bool_]) -> Rows:
        """Rows, ascending, that hold the k best of the allowed ones as far as the codes tell.

        Never fewer than k where so many are allowed. Of few allowed rows, more lists are searched, so that
        about as many vectors are compared as without a filter.
        """
        count = int(np.count_nonzero(allowed))
        wanted = min(self.plan.candidates(k), count)
        if not wanted:
            return np.empty(0, np.int64)
        lists = int(self.index.nlist)
        probes = min(lists, math.ceil(self.plan.probes * len(allowed) / count))
        bits = None if count == len(allowed) else np.packbits(allowed, bitorder="little")
        found = self._search(query, wanted, probes, bits)
        if len(found) < wanted and probes < lists:
            found = self._search(query, wanted, lists, bits)
        return np.sort(found)

    def _search(self, query: Vectors, count: int, probes: int, bits: NDArray[np.uint8] | None) -> Rows:
        faiss = load_faiss()

        # For one query, more threads only wait for each other. The setting is each thread's own.
        faiss.omp_set_num_threads(1)
        parameters = faiss.SearchParametersIVF(nprobe=probes)
        if bits is not None:
            parameters = faiss.SearchParametersIVF(nprobe=probes, sel=faiss.IDSelectorBitmap(bits))
        _, found = self.index.search(query[np.newaxis], count, params=parameters)
        rows: Rows = found[0][found[0] >= 0]
        return rows


def quantise(vectors: Vectors, plan: SearchPlan) -> QuantisedRows:
    """An index of these vectors [count, dimension], which may be mapped. Equal vectors give an equal index.

    Takes about as much memory as a sixth of the vectors, and the sample it is trained on.
    """
    faiss = load_faiss()

    faiss.omp_set_num_threads(usable_cores())
    count, dimension = vectors.shape
    lists = math.ceil(math.sqrt(count))
    index = faiss.index_factory(dimension, f"IVF{lists},{_METHOD}", faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = _SEED
    index.cp.niter = _TRAINING_ROUNDS
    index.cp.min_points_per_centroid = 1  # else a small sample is complained of on the terminal
    index.cp.max_points_per_centroid = 2 * _TRAINING_PER_LIST  # the sample is taken here, by a plain rule
    index.train(np.ascontiguousarray(vectors[:: max(1, count // (lists * _TRAINING_PER_LIST))]))
    for start in range(0, count, _BATCH):
        index.add(np.ascontiguousarray(vectors[start : start + _BATCH]))
    return QuantisedRows(index, plan)


def write_quantised(write: Callable[[bytes], object], quantised: QuantisedRows) -> str:
    """Hand the index's bytes to `write`; their SHA-256. Raises RuntimeError where `write` raises."""
    faiss = load_faiss()

    digest = hashlib.sha256()

    def hash_and_write(data: bytes) -> None:
        digest.update(data)
        write(data)

    faiss.write_index(quantised.index, faiss.PyCallbackIOWriter(hash_and_write))
    return digest.hexdigest()


def check_quantised(path: Path, sha256: str) -> None:
    """Raise UnusableBaseError unless the file is there, with that checksum.

    FAISS itself would load most files with a flipped bit, and then find the wrong chunks.
    """
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnusableBaseError(path, error.strerror or str(error)) from error
    if found != sha256:
        raise UnusableBaseError(path, "its checksum is not the recorded one")


def open_quantised(path: Path, sha256: str, shape: tuple[int, int], plan: SearchPlan) -> QuantisedRows:
    """The index in the file, mapped, after its bytes were found to be those that were written.

    `shape` is that of the vectors it was made of. Raises UnusableBaseError.
    """
    faiss = load_faiss()

    check_quantised(path, sha256)
    try:
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise UnusableBaseError(path, str(error)) from error
    if not isinstance(index, faiss.IndexIVFScalarQuantizer) or (index.ntotal, index.d) != shape:
        raise UnusableBaseError(path, "it holds another kind of index")
    return QuantisedRows(index, plan)


def load_faiss() -> Any:
    """The module, when it is first needed. Its own type stubs lack what it adds in Python."""
    import faiss

    return faiss
