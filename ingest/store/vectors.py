"""Exact search over a collection's vectors, held in memory.

A `VectorIndex` is one moment's state and never changes, so any thread may search it while another
derives the next. It has a *base*, a FAISS index as it was read from disk, a mask over the base for
what was removed since, and a plain block of what was added since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.embedding.protocol import Vectors
from ingest.store.records import ChunkRange

Ids = NDArray[np.int64]

#: One number of a vector, as the database keeps it.
VECTOR_DTYPE = np.dtype("<f4")

ReadVectors = Callable[[Ids], Vectors]

#: How far from 1 a vector's length may be. A vector of zeros, for a text without words, is let in too.
LENGTH_TOLERANCE = 0.01

#: A base is rewritten when more than this many chunks have come or gone since,
REWRITE_MINIMUM = 2_000
#: and more than this share of it. Below the minimum, no base is made at all: reading the vectors
#: from the rows is then quicker than importing FAISS.
REWRITE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Base:
    """Vectors in a FAISS index, ascending by id. Row r of the index is chunk `ids[r]`."""

    index: Any
    """A `faiss.IndexIDMap` over a `faiss.IndexFlatIP`."""
    ids: Ids

    @classmethod
    def empty(cls, dimension: int) -> Base:
        """One to fill with `add`."""
        faiss = load_faiss()

        return cls(faiss.IndexIDMap(faiss.IndexFlatIP(dimension)), np.empty(0, np.int64))

    @classmethod
    def around(cls, index: Any) -> Base:
        faiss = load_faiss()

        return cls(index, faiss.vector_to_array(index.id_map).astype(np.int64))

    def search(self, query: Vectors, k: int, allowed: NDArray[np.bool_]) -> list[tuple[int, float]]:
        faiss = load_faiss()

        # For one query, more threads only wait for each other. The setting is each thread's own.
        faiss.omp_set_num_threads(1)
        rows = faiss.downcast_index(self.index.index)
        k = min(k, int(allowed.sum()))
        if k == 0:
            return []
        if allowed.all():
            similarities, found = rows.search(query[np.newaxis], k)
        else:
            selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
            similarities, found = rows.search(
                query[np.newaxis], k, params=faiss.SearchParameters(sel=selector)
            )
        return list(zip(self.ids[found[0]].tolist(), similarities[0].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """What can be found at one generation of the store."""

    generation: int
    base: Base | None
    kept: NDArray[np.bool_]
    """For each row of the base, whether its chunk is still there."""
    added_ids: Ids
    added: Vectors

    @classmethod
    def starting_from(cls, base: Base | None, dimension: int) -> VectorIndex:
        """The state that holds the base's vectors and nothing else."""
        size = 0 if base is None else len(base.ids)
        nothing = np.empty((0, dimension), np.float32)
        return cls(-1, base, np.ones(size, np.bool_), np.empty(0, np.int64), nothing)

    def advanced(
        self, generation: int, ranges: Sequence[ChunkRange], read_vectors: ReadVectors
    ) -> VectorIndex:
        """The state that holds exactly the chunks of these ranges."""
        there = expand(ranges)
        base_ids = np.empty(0, np.int64) if self.base is None else self.base.ids
        still = np.isin(self.added_ids, there, assume_unique=True)
        missing = np.setdiff1d(there, np.concatenate([base_ids, self.added_ids]), assume_unique=True)
        return VectorIndex(
            generation,
            self.base,
            np.isin(base_ids, there, assume_unique=True),
            np.concatenate([self.added_ids[still], missing]),
            np.concatenate([self.added[still], read_vectors(missing)]),
        )

    def search(
        self, query: Vectors, k: int, ranges: Sequence[ChunkRange] | None = None
    ) -> list[tuple[int, float]]:
        """The k best (chunk id, cosine similarity), best first; equal ones in order of id.

        `query` is float32 [dimension] of unit length. `ranges` confines the hits to those ids.
        """
        if k < 1:
            return []
        hits: list[tuple[int, float]] = []
        if self.base is not None:
            hits += self.base.search(query, k, self.kept & _inside(self.base.ids, ranges))
        chosen = np.flatnonzero(_inside(self.added_ids, ranges))
        if chosen.size:
            block = self.added if chosen.size == len(self.added) else self.added[chosen]
            similarities = block @ query
            if chosen.size > k:
                best = np.argpartition(-similarities, k - 1)[:k]
                chosen, similarities = chosen[best], similarities[best]
            hits += zip(self.added_ids[chosen].tolist(), similarities.tolist(), strict=True)
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:k]


def load_faiss() -> Any:
    """The module, when it is first needed. Its own type stubs lack what it adds in Python."""
    import faiss

    return faiss


def verified_vectors(vectors: Vectors, count: int, dimension: int) -> Vectors:
    """The vectors as they are kept, once it is clear that they are what an embedder promises."""
    verified = np.ascontiguousarray(vectors, dtype=VECTOR_DTYPE)
    if verified.shape != (count, dimension):
        raise ValueError(f"Vectors of shape {verified.shape}, not ({count}, {dimension}).")
    lengths = np.linalg.norm(verified, axis=1)
    if not np.all((np.abs(lengths - 1) <= LENGTH_TOLERANCE) | (lengths == 0)):
        raise ValueError("A vector is not of unit length: its inner products are not cosine similarities.")
    return verified


def rewrite_pays(base_size: int, changes: int) -> bool:
    """Whether so many chunks have come or gone that a new base is worth its writing."""
    return changes > max(REWRITE_MINIMUM, REWRITE_SHARE * base_size)


def expand(ranges: Sequence[ChunkRange]) -> Ids:
    """Every id of the ranges."""
    if not ranges:
        return np.empty(0, np.int64)
    return np.concatenate([np.arange(part.first, part.end, dtype=np.int64) for part in ranges])


def _inside(ids: Ids, ranges: Sequence[ChunkRange] | None) -> NDArray[np.bool_]:
    """For each id, whether it lies in one of the ranges; None is everywhere.

    The ids need not be in order: a chunk added after another was removed may come last with any id.
    """
    if ranges is None:
        return np.ones(len(ids), np.bool_)
    if not ranges:
        return np.zeros(len(ids), np.bool_)
    firsts = np.array([part.first for part in ranges])
    ends = np.array([part.end for part in ranges])
    place = np.searchsorted(firsts, ids, side="right") - 1
    inside: NDArray[np.bool_] = (place >= 0) & (ids < ends[place])
    return inside
