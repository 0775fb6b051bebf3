"""Search over a collection's vectors.

A `VectorIndex` is one moment's state and never changes, so any thread may search it while another
derives the next. It has a *base*, as it was read from disk, a mask over the base for what was removed
since, and a plain block of what was added since. Of a large base, an index of codes names the rows that are
worth scoring; every similarity is that of the vectors themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.embedding.protocol import Vectors
from ingest.store.quantised import QuantisedRows, SearchPlan
from ingest.store.records import ChunkRange
from ingest.store.vector_rows import (
    VECTOR_DTYPE,
    Ids,
    Rows,
    Similarities,
    VectorRows,
    similarities,
)

ReadVectors = Callable[[Ids], Vectors]

#: How far from 1 a vector's length may be. A vector of zeros, for a text without words, is let in too.
LENGTH_TOLERANCE = 0.01

#: A base is rewritten when more than this many chunks have come or gone since,
REWRITE_MINIMUM = 2_000
#: and more than this share of it. Below the minimum, no base is made at all: reading the vectors
#: from the rows is quick then.
REWRITE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Base:
    """Vectors ascending by chunk id and, where there are many, the index that spares scoring most of them."""

    rows: VectorRows
    quantised: QuantisedRows | None
    plan: SearchPlan

    @property
    def ids(self) -> Ids:
        return self.rows.ids

    def search(
        self, query: Vectors, k: int, kept: NDArray[np.bool_], ranges: Sequence[ChunkRange] | None
    ) -> tuple[Ids, Similarities]:
        """Ids and similarities that hold the k best of the rows that are kept and in the ranges.

        Exactly the best where the plan lets all of them be scored, else nearly all of the best: never fewer
        than k where there are so many. Raises UnusableBaseError where the files are not what was written.
        """
        rows = self._rows_worth_scoring(query, k, kept, ranges)
        return self.ids[rows], self.rows.similarities(query, rows)

    def _rows_worth_scoring(
        self, query: Vectors, k: int, kept: NDArray[np.bool_], ranges: Sequence[ChunkRange] | None
    ) -> Rows:
        size = len(self.ids)
        spans = None if ranges is None else _Spans.of(self.ids, ranges)
        if spans is not None and (self.quantised is None or spans.size <= self.plan.exact_maximum):
            rows = spans.rows()
            return rows[kept[rows]]
        allowed = kept if spans is None else kept & spans.mask(size)
        if self.quantised is None or np.count_nonzero(allowed) <= self.plan.exact_maximum:
            return np.flatnonzero(allowed)
        return self.quantised.candidates(query, k, allowed)


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
        """The state that holds exactly the chunks of these ranges, which come ascending.

        Costs a look at each range, and at each id of those that the base does not hold whole.
        """
        base_ids = np.empty(0, np.int64) if self.base is None else self.base.ids
        spans = _Spans.of(base_ids, ranges)
        lacking = [part for part, held in zip(ranges, spans.lengths(), strict=True) if held < _length(part)]
        beside = np.setdiff1d(expand(lacking), base_ids[_Spans.of(base_ids, lacking).rows()], True)
        still = np.isin(self.added_ids, beside, assume_unique=True)
        missing = np.setdiff1d(beside, self.added_ids, assume_unique=True)
        return VectorIndex(
            generation,
            self.base,
            spans.mask(len(base_ids)),
            np.concatenate([self.added_ids[still], missing]),
            np.concatenate([self.added if still.all() else self.added[still], read_vectors(missing)]),
        )

    def search(
        self, query: Vectors, k: int, ranges: Sequence[ChunkRange] | None = None
    ) -> list[tuple[int, float]]:
        """The k best (chunk id, cosine similarity), best first; equal ones in order of id.

        `query` is float32 [dimension] of unit length. `ranges`, ascending, confines the hits to those ids.
        Raises UnusableBaseError where the base's files are not what was written.
        """
        if k < 1:
            return []
        chosen = np.flatnonzero(_inside(self.added_ids, ranges))
        block = self.added if chosen.size == len(self.added) else self.added[chosen]
        ids, scores = self.added_ids[chosen], similarities(block, query)
        if self.base is not None:
            base_ids, base_scores = self.base.search(query, k, self.kept, ranges)
            ids, scores = np.concatenate([base_ids, ids]), np.concatenate([base_scores, scores])
        if ids.size > k:
            least = np.partition(scores, ids.size - k)[ids.size - k]
            ids, scores = ids[scores >= least], scores[scores >= least]
        best = np.lexsort((ids, -scores))[:k]
        return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class _Spans:
    """Where ranges of ids lie in an ascending list: each from `firsts` up to, not including, `ends`."""

    firsts: Rows
    ends: Rows

    @classmethod
    def of(cls, ids: Ids, ranges: Sequence[ChunkRange]) -> _Spans:
        return cls(
            np.searchsorted(ids, np.array([part.first for part in ranges], np.int64)),
            np.searchsorted(ids, np.array([part.end for part in ranges], np.int64)),
        )

    @property
    def size(self) -> int:
        """Rows in all spans together."""
        return int((self.ends - self.firsts).sum())

    def lengths(self) -> list[int]:
        lengths: list[int] = (self.ends - self.firsts).tolist()
        return lengths

    def rows(self) -> Rows:
        """Every row of the spans, ascending."""
        lengths = self.ends - self.firsts
        before = np.cumsum(lengths) - lengths
        rows: Rows = np.arange(lengths.sum()) + np.repeat(self.firsts - before, lengths)
        return rows

    def mask(self, size: int) -> NDArray[np.bool_]:
        """For each of so many rows, whether it lies in a span."""
        steps = np.zeros(size + 1, np.int8)
        # An empty span begins where it ends; of two that touch, one ends where the other begins. Both cancel
        # out, however many meet in one place and overflow there.
        np.add.at(steps, self.firsts, 1)
        np.subtract.at(steps, self.ends, 1)
        return np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_)


def verified_vectors(vectors: Vectors, count: int, dimension: int) -> Vectors:
    """The vectors as they are kept, once it is clear that they are what an embedder promises."""
    verified = np.ascontiguousarray(vectors, dtype=VECTOR_DTYPE)
    if verified.shape != (count, dimension):
        raise ValueError(f"Vectors of shape {verified.shape}, not ({count}, {dimension}).")
    lengths = np.linalg.norm(verified, axis=1)
    if not np.all((np.abs(lengths - 1) <= LENGTH_TOLERANCE) | (lengths == 0)):
        raise ValueError("A vector is not of unit length: its inner products are not cosine similarities.")
    return verified


def _length(part: ChunkRange) -> int:
    return part.end - part.first


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
