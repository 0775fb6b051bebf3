"""Postings: for each word, which chunks hold it, how often and where. Made from FTS5, read where they lie.

All of it is one run of bytes, a file mapped into memory or a block in memory, that never changes:

    a mark and six numbers, then arrays, each beginning at a multiple of eight bytes:
    ids         chunk ids, ascending; a *row* is a chunk's place among them
    lengths     each row's number of words
    ends        where each term ends in `terms`
    terms       all words as FTS5 keeps them, ascending, one after another
    posting_ends, place_ends    where each term's share of the next three ends
    rows        for each term, the rows that hold it, ascending
    counts      how often each of them does
    places      each occurrence as its offset in all texts laid end to end, a gap of one between two rows

Terms are looked up by bisection, so that opening a file costs no more than checking it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ingest.store.vector_rows import Ids

#: Row numbers, ascending, with how often each row holds what is looked for.
Occurrences = tuple[NDArray[np.int32], NDArray[np.unsignedinteger]]

_MARK = b"RFDKWRD1"
_HEADER = struct.Struct("<8s6q")
_ALIGNMENT = 8

#: So many times fewer places are sooner looked up one by one than merged with the others.
_FEW = 16


class NoPostingsError(Exception):
    """The bytes are not postings of this version."""


@dataclass(frozen=True, slots=True)
class Section:
    """Where an array lies."""

    offset: int
    dtype: np.dtype[np.generic]
    length: int


@dataclass(frozen=True, slots=True)
class PostingsShape:
    """How much there is of everything: it decides where each array lies."""

    rows: int
    terms: int
    term_bytes: int
    postings: int
    places: int
    count_bytes: int
    """2, or 4 if a text has so many words that a count may not fit."""

    def header(self) -> bytes:
        return _HEADER.pack(
            _MARK, self.rows, self.terms, self.term_bytes, self.postings, self.places, self.count_bytes
        )

    @classmethod
    def of(cls, data: memoryview) -> Self:
        """Raises NoPostingsError."""
        if len(data) < _HEADER.size:
            raise NoPostingsError("it is too short")
        mark, *numbers = _HEADER.unpack_from(data)
        if mark != _MARK or min(numbers) < 0 or numbers[-1] not in (2, 4):
            raise NoPostingsError("it holds something else")
        return cls(*numbers)

    def sections(self) -> dict[str, Section]:
        found, offset = {}, _HEADER.size
        for name, dtype, length in (
            ("ids", "<i8", self.rows),
            ("lengths", "<i4", self.rows),
            ("ends", "<i8", self.terms),
            ("terms", "u1", self.term_bytes),
            ("posting_ends", "<i8", self.terms),
            ("place_ends", "<i8", self.terms),
            ("rows", "<i4", self.postings),
            ("counts", f"<u{self.count_bytes}", self.postings),
            ("places", "<u4", self.places),
        ):
            offset += -offset % _ALIGNMENT
            section = Section(offset, np.dtype(dtype), length)
            found[name] = section
            offset += section.dtype.itemsize * length
        return found

    def size(self) -> int:
        """How many bytes there are."""
        last = self.sections()["places"]
        return last.offset + last.dtype.itemsize * last.length


@dataclass(frozen=True)
class Postings:
    """Postings over a run of bytes. Safe for any number of threads."""

    ids: Ids
    lengths: NDArray[np.int32]
    ends: NDArray[np.int64]
    terms: memoryview
    posting_ends: NDArray[np.int64]
    place_ends: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.unsignedinteger]
    places: NDArray[np.uint32]

    @classmethod
    def over(cls, data: memoryview) -> Self:
        """Raises NoPostingsError if these are not the bytes of postings."""
        shape = PostingsShape.of(data)
        if shape.size() != len(data):
            raise NoPostingsError("it has another length than it says")
        arrays = {
            name: np.frombuffer(data, section.dtype, section.length, section.offset)
            for name, section in shape.sections().items()
        }
        return cls(**{**arrays, "terms": memoryview(arrays["terms"])})  # type: ignore[arg-type] # by name

    def occurrences(self, tokens: Sequence[bytes]) -> Occurrences:
        """The rows that hold these tokens one after another, and how often."""
        found = [self._find(token) for token in tokens]
        numbers = [number for number in found if number is not None]
        if not numbers or len(numbers) < len(found):
            return self.rows[:0], self.counts[:0]
        if len(numbers) == 1:
            share = _share(self.posting_ends, numbers[0])
            return self.rows[share], self.counts[share]
        return self._followed(numbers)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """The place of each row's first word."""
        return first_places(self.lengths)

    def _followed(self, numbers: Sequence[int]) -> Occurrences:
        """Places of the first token at which the others follow, counted by row."""
        places = [self.places[_share(self.place_ends, number)] for number in numbers]
        rarest = min(range(len(places)), key=lambda at: len(places[at]))
        found = places[rarest]
        begins = found[found >= rarest] - np.uint32(rarest)
        for at, others in enumerate(places):
            if at != rarest:
                begins = _common(begins + np.uint32(at), others) - np.uint32(at)
        rows = np.searchsorted(self.starts, begins, side="right") - 1
        firsts = np.flatnonzero(np.diff(rows, prepend=-1))
        counts = np.diff(firsts, append=len(rows))
        return rows[firsts].astype(np.int32), counts.astype(np.uint32)

    def _find(self, token: bytes) -> int | None:
        """The token's number among the terms."""
        low, high = 0, len(self.ends)
        while low < high:
            middle = (low + high) // 2
            if self._term(middle) < token:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self.ends) and self._term(low) == token else None

    def _term(self, number: int) -> bytes:
        return bytes(self.terms[_share(self.ends, number)])


def first_places(lengths: NDArray[np.int32]) -> NDArray[np.int64]:
    """Where each row begins when all are laid end to end with a gap: no phrase reaches into the next row."""
    ends = np.cumsum(lengths.astype(np.int64) + 1)
    return ends - lengths - 1


def _share(ends: NDArray[np.int64], number: int) -> slice:
    return slice(int(ends[number - 1]) if number else 0, int(ends[number]))


def _common(some: NDArray[np.uint32], others: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """What is in both, each of which ascends."""
    if len(some) * _FEW < len(others):
        at = np.minimum(np.searchsorted(others, some), len(others) - 1)
        found: NDArray[np.uint32] = some[others[at] == some]
        return found
    both = np.concatenate([some, others])
    both.sort(kind="stable")  # which merges two runs that are in order already
    twice: NDArray[np.uint32] = both[:-1][both[1:] == both[:-1]]
    return twice
