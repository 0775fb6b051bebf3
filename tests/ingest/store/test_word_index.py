"""Postings find what FTS5 finds, with the same scores, whatever was written when."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ingest.indexing import lexical_text
from ingest.store import lexical, postings_writing
from ingest.store.postings import NoPostingsError, Postings
from ingest.store.postings_writing import postings_of
from ingest.store.records import ChunkRange
from ingest.store.vector_rows import Ids
from ingest.store.word_index import WordIndex, sought_tokens
from ingest.store.word_table import tokens_of, words_in_memory
from ingest.store.words import sought_terms

#: Some of one stem, some that FTS5 parts, some of languages without spaces, some with marks.
WORDS = (
    *("heron", "herons", "pike", "pikes", "water", "waters", "the", "of"),
    *("year-over-year", "10-K", "FY2018", "2018", "R&D", "company's", "café", "cafe", "naïve"),
    *("巴拿马运河", "运河", "水", "水库", "ひらがな", "ﬁne", "x²", "हिन्दी", "½"),
)

QUERIES = (
    "heron",
    "unheard",
    "heron unheard water",
    "the of",
    "year-over-year growth of the company's R&D",
    "10-K for FY2018",
    "10K 2018Q2",
    "heron heron herons water heron heron",
    "heron-heron pike-water",
    "运河有水库吗",
    "水 in 2018年",
    "ひらがな café naïve",
    "x² ½ हिन्दी ﬁne",
)

texts = some.lists(some.lists(some.sampled_from(WORDS), max_size=12).map(" ".join), min_size=1, max_size=30)
queries = some.lists(some.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


def corpus(seed: int, size: int) -> dict[int, str]:
    """Lexical texts by chunk id; in every one stands "page", in most "water"."""
    draw = random.Random(seed)
    return {
        chunk_id: lexical_text(
            (f"page {chunk_id % 7}",), (), " ".join(draw.choices(WORDS, k=draw.randrange(40)))
        )
        + " water" * draw.randrange(4)
        for chunk_id in range(1, size + 1)
    }


def fts5(
    texts: Mapping[int, str], query: str, k: int = 10_000, only: Iterable[ChunkRange] | None = None
) -> list[tuple[int, float]]:
    """The k best of those in the ranges, by FTS5's own bm25()."""
    with words_in_memory(texts.items()) as connection:
        hits = lexical.search(connection, sought_terms(query), 10_000)
    if only is None:
        return hits[:k]
    ranges = list(only)
    return [hit for hit in hits if any(part.first <= hit[0] < part.end for part in ranges)][:k]


def ranges_of(ids: Iterable[int]) -> list[ChunkRange]:
    return [ChunkRange(chunk_id, chunk_id + 1) for chunk_id in sorted(ids)]


def advanced(index: WordIndex, texts: Mapping[int, str]) -> WordIndex:
    def make(ids: Ids) -> Postings:
        return postings_of((chunk_id, texts[chunk_id]) for chunk_id in ids.tolist())

    return index.advanced(index.generation + 1, ranges_of(texts), make)


def search(
    index: WordIndex, query: str, k: int = 10_000, **bounds: list[ChunkRange]
) -> list[tuple[int, float]]:
    return index.search(sought_tokens(sought_terms(query)), k, **bounds)


def same(ours: list[tuple[int, float]], theirs: list[tuple[int, float]]) -> bool:
    """Equal ids in equal order, and scores to the last digit but one."""
    return [chunk_id for chunk_id, _ in ours] == [chunk_id for chunk_id, _ in theirs] and [
        score for _, score in ours
    ] == pytest.approx([score for _, score in theirs], rel=1e-12)


@pytest.mark.parametrize("query", [*QUERIES, "page", "page water", "page-3"])
@pytest.mark.parametrize("k", [1, 5, 10_000])
def test_hits_and_scores_are_those_of_fts5(query: str, k: int) -> None:
    held = corpus(1, 300)
    index = WordIndex.starting_from(postings_of(held.items()))
    assert same(search(index, query, k), fts5(held, query, k))


@settings(max_examples=60, deadline=None)
@given(texts, queries)
def test_so_they_are_for_any_texts_and_words(lines: list[str], query: str) -> None:
    held = {chunk_id: lexical_text((), (), line) for chunk_id, line in enumerate(lines, start=3)}
    index = WordIndex.starting_from(postings_of(held.items()))
    assert same(search(index, query), fts5(held, query))


def test_a_phrase_counts_each_place_it_begins_at_and_never_reaches_into_the_next_chunk() -> None:
    held = {
        1: "ha ha ha",
        2: "pike water",
        3: "heron",
        4: "ha",
        5: "ha pike",
        6: "other",
        7: "more",
        8: "yet",
    }
    found = postings_of(held.items()).occurrences
    assert [values.tolist() for values in found(tokens_of(["ha ha"])[0])] == [[0], [2]]
    assert [values.tolist() for values in found(tokens_of(["water heron"])[0])] == [[], []]
    assert [values.tolist() for values in found(tokens_of(["heron ha pike"])[0])] == [[], []]
    index = WordIndex.starting_from(postings_of(held.items()))
    for query in ("ha-ha", "pike-water", "water-heron", "ha-pike heron"):
        assert same(search(index, query), fts5(held, query))


def test_scores_stay_those_of_fts5_when_chunks_come_and_go() -> None:
    """There is no gap between what was written and what came since: the counts are over all that is there."""
    held = corpus(2, 200)
    index = WordIndex.starting_from(postings_of(held.items()))
    draw = random.Random(5)
    following = 201
    for _ in range(12):
        for chunk_id in draw.sample(sorted(held), 15):
            del held[chunk_id]
        new = draw.randrange(20)
        held |= {following + at: text for at, text in enumerate(corpus(following, new).values())}
        following += new
        index = advanced(index, held)
        for query in QUERIES:
            assert same(search(index, query, 20), fts5(held, query, 20))


def test_what_comes_bit_by_bit_is_kept_in_few_parts() -> None:
    held = corpus(3, 50)
    index = WordIndex.starting_from(postings_of(held.items()))
    base, made = index.parts[0].postings, 0
    for chunk_id in range(51, 51 + 64):
        held[chunk_id] = f"heron {chunk_id}"
        before = {id(part.postings) for part in index.parts}
        index = advanced(index, held)
        made += sum(len(part.postings.ids) for part in index.parts if id(part.postings) not in before)
    assert index.parts[0].postings is base
    sizes = [part.kept_count for part in index.parts[1:]]
    assert sum(sizes) == 64
    assert all(larger >= 2 * smaller for larger, smaller in pairwise(sizes))
    assert made <= 64 * 7  # each chunk once for each time its part grew, not once for each that came
    assert same(search(index, "heron 60"), fts5(held, "heron 60"))


def test_an_index_serves_what_it_held_while_the_next_is_made() -> None:
    held = corpus(4, 60)
    index = WordIndex.starting_from(postings_of(held.items()))
    before = search(index, "water")
    later = advanced(index, {chunk_id: text for chunk_id, text in held.items() if chunk_id > 30})
    assert search(index, "water") == before
    assert min(chunk_id for chunk_id, _ in search(later, "water")) > 30


@pytest.mark.parametrize(
    "ranges",
    [
        [ChunkRange(40, 41)],
        [ChunkRange(3, 9), ChunkRange(9, 20), ChunkRange(150, 190), ChunkRange(195, 230)],
        [ChunkRange(205, 230)],
        [ChunkRange(900, 901)],
        [],
    ],
    ids=["one chunk", "several", "what was added", "none there", "none"],
)
@pytest.mark.parametrize("k", [1, 7, 10_000])
def test_only_hits_in_the_ranges_are_counted_to_k_and_scores_stay(ranges: list[ChunkRange], k: int) -> None:
    held = corpus(6, 200)
    index = WordIndex.starting_from(postings_of(held.items()))
    held = {chunk_id: text for chunk_id, text in held.items() if chunk_id % 9}
    held |= {200 + at: text for at, text in corpus(7, 30).items()}
    index = advanced(index, held)
    for query in QUERIES:
        assert same(search(index, query, k, ranges=ranges), fts5(held, query, k, ranges))


def test_equal_scores_come_in_order_of_id_across_parts() -> None:
    held = {chunk_id: "heron water" if chunk_id % 2 else "pike pond" for chunk_id in range(1, 41)}
    index = WordIndex.starting_from(postings_of((i, text) for i, text in held.items() if i > 4 and i < 30))
    index = advanced(index, held)
    assert [chunk_id for chunk_id, _ in search(index, "heron", 8)] == [1, 3, 5, 7, 9, 11, 13, 15]


def test_a_text_of_a_hundred_thousand_words_is_counted_whole() -> None:
    held = {1: "heron " * 70_000 + "pike " * 30_000, 2: "heron", 3: "water", 4: "pike pond", 5: "pond"}
    index = WordIndex.starting_from(postings_of(held.items()))
    for query in ("heron", "heron-pike", "pike-pike water"):
        assert same(search(index, query), fts5(held, query))


def test_chunks_without_words_count_and_are_not_found() -> None:
    held = {1: "", 2: "heron", 3: "?!", 4: "water pike", 5: ""}
    index = WordIndex.starting_from(postings_of(held.items()))
    assert same(search(index, "heron"), fts5(held, "heron"))
    index = advanced(WordIndex.starting_from(postings_of([(1, "")])), held)
    assert same(search(index, "heron water"), fts5(held, "heron water"))


def test_nothing_left_finds_nothing() -> None:
    index = WordIndex.starting_from(postings_of([(1, "heron")]))
    assert search(advanced(index, {}), "heron") == []
    assert search(index, "heron", 0) == search(index, "", 5) == []


def test_however_few_occurrences_are_read_at_a_time_the_bytes_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = corpus(8, 120)
    whole = postings_of(held.items())
    monkeypatch.setattr(postings_writing, "_BATCH", 3)
    by_bits = postings_of(held.items())
    for name in ("ids", "lengths", "ends", "terms", "posting_ends", "place_ends", "rows", "counts", "places"):
        assert bytes(getattr(whole, name)) == bytes(getattr(by_bits, name))


@pytest.mark.parametrize("data", [b"", b"RFDK", b"x" * 200, b"RFDKWRD1" + b"\x01" + bytes(47)])
def test_other_bytes_are_no_postings(data: bytes) -> None:
    with pytest.raises(NoPostingsError):
        Postings.over(memoryview(data))
