"""BM25 over postings, as FTS5's bm25() counts it.

A `WordIndex` is one moment's state and never changes, so any thread may search it while another derives
the next. It has a *base*, the postings as they were read from disk, a mask over them for what was removed
since, and postings in memory of what was added since. The numbers that a word's worth depends on (how many
chunks there are, how many hold it, how long they are on average) are counted over the chunks that are
there, in all parts: scores are those that FTS5 gives, to the last digit, whatever was written when.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ingest.store.postings import Occurrences, Postings
from ingest.store.records import ChunkRange
from ingest.store.vector_rows import Ids
from ingest.store.vectors import expand
from ingest.store.word_table import tokens_of
from ingest.store.words import Term

#: FTS5's constants (https://www.sqlite.org/fts5.html#the_bm25_function).
K1 = 1.2
B = 0.75
#: What a word is worth at least: one that stands in more than half of all chunks would count against them.
_LEAST_WORTH = 1e-6

#: Postings of these chunks, given ascending.
MakePostings = Callable[[Ids], Postings]

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SoughtTokens:
    """FTS5's tokens of a word or of words that must follow each other, and how often that counts."""

    tokens: tuple[bytes, ...]
    times: int = 1


def sought_tokens(terms: Sequence[Term]) -> list[SoughtTokens]:
    """What FTS5 makes of the terms; one that is no word to it can be nowhere."""
    tokens = tokens_of([term.text for term in terms])
    return [SoughtTokens(found, term.times) for found, term in zip(tokens, terms, strict=True) if found]


@dataclass(frozen=True, slots=True)
class Part:
    """Postings and which of their rows are still there."""

    postings: Postings
    kept: NDArray[np.bool_]
    kept_count: int
    kept_words: int
    """How many words the kept rows have together."""

    @classmethod
    def of(cls, postings: Postings, there: Ids | None = None) -> Self:
        """The rows whose chunks are there; None: all."""
        kept = (
            np.ones(len(postings.ids), np.bool_)
            if there is None
            else np.isin(postings.ids, there, assume_unique=True)
        )
        return cls(postings, kept, int(np.count_nonzero(kept)), int(postings.lengths[kept].sum()))

    def count(self, found: Occurrences) -> int:
        """How many of the rows are there."""
        rows, _ = found
        return len(rows) if self.kept_count == len(self.kept) else int(np.count_nonzero(self.kept[rows]))


@dataclass(frozen=True, slots=True)
class WordIndex:
    """What can be found at one generation of the store."""

    generation: int
    parts: tuple[Part, ...]
    """The base, then what was added since, the largest part first."""

    @classmethod
    def starting_from(cls, base: Postings) -> WordIndex:
        """The state that holds the base's chunks and nothing else."""
        return cls(-1, (Part.of(base),))

    def lacks(self, ranges: Sequence[ChunkRange]) -> int:
        """How many chunks of these ranges it holds in no part, at least: removed ones may hide some."""
        there = sum(part.end - part.first for part in ranges)
        return there - sum(len(part.postings.ids) for part in self.parts)

    def advanced(
        self, generation: int, ranges: Sequence[ChunkRange], make_postings: MakePostings
    ) -> WordIndex:
        """The state that holds exactly the chunks of these ranges.

        Small parts are made anew together with what is new: each is then twice as large as the next at least,
        so there are few, and a chunk is made anew only as often as its part grows by half.
        """
        there = expand(ranges)
        base, *others = (Part.of(part.postings, there) for part in self.parts)
        known = np.concatenate([part.postings.ids for part in (base, *others)])
        new = np.setdiff1d(there, known, assume_unique=True)
        while others and others[-1].kept_count < 2 * len(new):
            last = others.pop()
            new = np.union1d(new, last.postings.ids[last.kept])
        added = (Part.of(make_postings(new)),) if new.size else ()
        return WordIndex(generation, (base, *others, *added))

    def search(
        self, sought: Iterable[SoughtTokens], k: int, ranges: Sequence[ChunkRange] | None = None
    ) -> list[tuple[int, float]]:
        """The k best (chunk id, BM25 score), best first; equal ones in order of id.

        `ranges`, ascending, confines the hits to those ids; what a word is worth is counted over all.
        """
        total = sum(part.kept_count for part in self.parts)
        if k < 1 or not total:
            return []
        average = sum(part.kept_words for part in self.parts) / total
        searches = [_PartSearch.of(part, average, ranges) for part in self.parts]
        for term in sought:
            found = [part.postings.occurrences(term.tokens) for part in self.parts]
            holding = sum(part.count(rows) for part, rows in zip(self.parts, found, strict=True))
            worth = math.log((total - holding + 0.5) / (holding + 0.5))
            for search, occurrences in zip(searches, found, strict=True):
                search.add(occurrences, worth if worth > 0 else _LEAST_WORTH, term.times)
        best = [search.best(k) for search in searches]
        ids, scores = (np.concatenate(values) for values in zip(*best, strict=True))
        order = np.lexsort((ids, -scores))[:k]
        return list(zip(ids[order].tolist(), scores[order].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class _PartSearch:
    """The scores of the rows between two of a part, as they add up."""

    part: Part
    first: int
    allowed: NDArray[np.bool_]
    """For each of these rows, whether it may be a hit."""
    scores: Scores
    average: float

    @classmethod
    def of(cls, part: Part, average: float, ranges: Sequence[ChunkRange] | None) -> Self:
        if ranges is None:
            return cls(part, 0, part.kept, np.zeros(len(part.kept)), average)
        firsts = np.searchsorted(part.postings.ids, [one.first for one in ranges])
        ends = np.searchsorted(part.postings.ids, [one.end for one in ranges])
        first, end = (int(firsts[0]), int(ends[-1])) if len(ranges) else (0, 0)
        # One up where a range begins and one down where it ends: what is not zero lies inside.
        steps = np.zeros(end - first + 1, np.int64)
        np.add.at(steps, firsts - first, 1)
        np.add.at(steps, ends - first, -1)
        inside = np.cumsum(steps[:-1]) > 0
        return cls(part, first, inside & part.kept[first:end], np.zeros(end - first), average)

    def add(self, found: Occurrences, worth: float, times: int) -> None:
        """Add what the rows get for one term. The order of operations is FTS5's."""
        rows, counts = found
        if len(self.scores) < len(self.part.kept):
            low, high = np.searchsorted(rows, (self.first, self.first + len(self.scores)))
            rows, counts = rows[low:high], counts[low:high]
        if not len(rows):
            return
        frequencies = counts.astype(np.float64)
        lengths = self.part.postings.lengths[rows]
        gained = worth * (
            (frequencies * (K1 + 1)) / (frequencies + K1 * (1 - B + B * lengths / self.average))
        )
        places = rows - self.first if self.first else rows
        for _ in range(times):
            self.scores[places] += gained

    def best(self, k: int) -> tuple[Ids, Scores]:
        """The k best hits in any order, and all that are worth as much as the last of them."""
        places = np.flatnonzero((self.scores > 0) & self.allowed)
        scores = self.scores[places]
        if len(places) > k:
            least = np.partition(scores, len(scores) - k)[len(scores) - k]
            chosen = scores >= least
            places, scores = places[chosen], scores[chosen]
        return self.part.postings.ids[self.first + places], scores
