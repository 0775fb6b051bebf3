"""What a base promises, whether all its vectors are scored or an index says which: one suite for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ingest.embedding.protocol import Vectors
from ingest.store.layout import StoreLayout
from ingest.store.quantised import SearchPlan
from ingest.store.records import ChunkRange
from ingest.store.vector_file import open_base, write_base
from ingest.store.vector_rows import Ids
from ingest.store.vectors import VectorIndex

COUNT, DIMENSION, CLUSTERS, QUERIES = 4_000, 32, 80, 40
PLANS = {"all scored": SearchPlan(), "through an index": SearchPlan(exact_maximum=500, probes=40)}


def unit(vectors: Vectors) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def clustered(seed: int, count: int) -> Vectors:
    """Vectors around common centres, as chunks lie around topics. Those of a centre follow each other."""
    centres = np.random.default_rng(0).standard_normal((CLUSTERS, DIMENSION))
    chance = np.random.default_rng(seed)
    around = centres[np.sort(chance.integers(CLUSTERS, size=count))]
    return unit(around + 0.6 * chance.standard_normal((count, DIMENSION)))


VECTORS, ASKED = clustered(1, COUNT), clustered(2, QUERIES)
#: Ids have gaps: one chunk in three was removed before.
IDS: Ids = np.arange(1, COUNT + 1) * 3 // 2


@dataclass(frozen=True)
class Found:
    """What a search gave, and what comparing with all vectors gives."""

    recall: float
    same_similarities: bool
    fewest: int


def written(folder: Path, plan: SearchPlan) -> VectorIndex:
    """A base as it is after it was written and opened again."""
    layout = StoreLayout(folder)
    base = write_base(layout, 1, DIMENSION, [(IDS[:999], VECTORS[:999]), (IDS[999:], VECTORS[999:])], plan)
    base.unfinished_rows.replace(layout.vector_rows.named(1))
    if base.unfinished_index is not None:
        base.unfinished_index.replace(layout.vector_index.named(1))
    opened = open_base(layout, base.record, DIMENSION, plan)
    assert (opened.quantised is None) == (plan is PLANS["all scored"])
    return VectorIndex.starting_from(opened, DIMENSION)


@pytest.fixture(scope="module", params=PLANS)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    return written(tmp_path_factory.mktemp("base"), PLANS[request.param])


def compared(
    index: VectorIndex,
    k: int,
    ids: Ids = IDS,
    vectors: Vectors = VECTORS,
    ranges: Sequence[ChunkRange] | None = None,
) -> Found:
    """The index beside a product with all that may be found, for every query."""
    if ranges is not None:
        inside = np.any([(ids >= part.first) & (ids < part.end) for part in ranges], axis=0)
        ids, vectors = ids[inside], vectors[inside]
    shares, same, fewest = [], True, len(ids)
    for query in ASKED:
        exact = dict(zip(ids.tolist(), np.vecdot(vectors, query).tolist(), strict=True))
        best = sorted(exact, key=lambda chunk_id: (-exact[chunk_id], chunk_id))[:k]
        hits = index.search(query, k, ranges)
        assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))
        same = same and all(exact[chunk_id] == similarity for chunk_id, similarity in hits)
        shares.append(len({chunk_id for chunk_id, _ in hits} & set(best)) / len(best))
        fewest = min(fewest, len({chunk_id for chunk_id, _ in hits}))
    return Found(float(np.mean(shares)), same, fewest)


@pytest.mark.parametrize("k", [1, 10, 200])
def test_nearly_all_of_the_best_are_found_with_their_exact_similarity(index: VectorIndex, k: int) -> None:
    found = compared(index, k)
    assert found.recall >= 0.99
    assert found.same_similarities
    assert found.fewest == k


@pytest.mark.parametrize("k", [10, 200])
@pytest.mark.parametrize(
    "ranges",
    [
        [ChunkRange(3_000, 3_012)],
        [ChunkRange(1, 60), ChunkRange(5_000, 5_100)],
        [ChunkRange(1, 1_900)],
        [ChunkRange(first, first + 20) for first in range(1, 6_000, 60)],
    ],
    ids=["one document", "two", "the first third", "every third of a hundred"],
)
def test_a_filter_is_as_good_as_none(index: VectorIndex, k: int, ranges: list[ChunkRange]) -> None:
    """The first third are other topics than most queries': what they point at is not allowed."""
    found = compared(index, k, ranges=ranges)
    allowed = sum(((part.first <= IDS) & (part.end > IDS)).sum() for part in ranges)
    assert found.recall >= (1 if allowed <= 500 else 0.99)
    assert found.same_similarities
    assert found.fewest == min(k, allowed)


def test_no_range_no_hit(index: VectorIndex) -> None:
    assert index.search(ASKED[0], 10, []) == []
    assert index.search(ASKED[0], 10, [ChunkRange(90_000, 90_010)]) == []


@pytest.mark.parametrize("gone", [[(1_000, 1_004)], [(1, 4_000)], [(1, 2_000), (3_000, 5_990)]])
def test_what_was_removed_is_not_found_and_what_was_added_is(
    index: VectorIndex, gone: list[tuple[int, int]]
) -> None:
    more, more_ids = clustered(3, 300), np.arange(7_000, 7_300)
    bounds = [1, *(bound for pair in gone for bound in pair), 6_001]
    left = [ChunkRange(*pair) for pair in zip(bounds[::2], bounds[1::2], strict=True) if pair[0] < pair[1]]
    # As in the database, a range holds no other ids than those of chunks.
    ranges = [part for span in left for part in _without_gaps(span)] + [ChunkRange(7_000, 7_300)]
    asked: list[int] = []

    def read(ids: Ids) -> Vectors:
        asked.extend(ids.tolist())
        return more[ids - 7_000]

    changed = index.advanced(5, ranges, read)
    assert asked == more_ids.tolist()  # what the base holds is not read again
    still = np.any([(part.first <= IDS) & (part.end > IDS) for part in left], axis=0)
    ids, vectors = np.concatenate([IDS[still], more_ids]), np.concatenate([VECTORS[still], more])
    for k in (10, 200):
        found = compared(changed, k, ids, vectors)
        assert found.recall >= 0.99
        assert found.same_similarities
        assert found.fewest == min(k, len(ids))
    assert asked == more_ids.tolist()


def _without_gaps(span: ChunkRange) -> list[ChunkRange]:
    """The span's ids as ranges of consecutive ones."""
    ids = IDS[(span.first <= IDS) & (span.end > IDS)]
    parts = np.split(ids, np.flatnonzero(np.diff(ids) > 1) + 1)
    return [ChunkRange(int(part[0]), int(part[-1]) + 1) for part in parts if part.size]


def test_changes_after_changes_leave_exactly_what_is_there(index: VectorIndex) -> None:
    more = clustered(3, 300)
    twice = index.advanced(
        2, [*_without_gaps(ChunkRange(1, 6_001)), ChunkRange(7_000, 7_200)], lambda ids: more[ids - 7_000]
    ).advanced(
        3,
        [*_without_gaps(ChunkRange(1, 3_000)), ChunkRange(7_000, 7_050), ChunkRange(7_200, 7_300)],
        lambda ids: more[ids - 7_000],
    )
    added = np.concatenate([np.arange(7_000, 7_050), np.arange(7_200, 7_300)])
    assert twice.added_ids.tolist() == added.tolist()
    assert np.array_equal(twice.added, more[added - 7_000])
    assert (
        compared(
            twice,
            10,
            np.concatenate([IDS[IDS < 3_000], added]),
            np.concatenate([VECTORS[IDS < 3_000], twice.added]),
        ).recall
        >= 0.99
    )


def test_of_equal_vectors_the_first_are_found(tmp_path: Path) -> None:
    layout, plan = StoreLayout(tmp_path), SearchPlan()
    equal = np.repeat(clustered(1, 1), 50, axis=0)
    base = write_base(layout, 1, DIMENSION, [(np.arange(10, 60), equal)], plan).base
    hits = VectorIndex.starting_from(base, DIMENSION).search(ASKED[0], 7)
    assert [chunk_id for chunk_id, _ in hits] == list(range(10, 17))


def test_equal_vectors_make_equal_files(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, PLANS["through an index"])
        contents.append([path.read_bytes() for path in sorted((tmp_path / name).iterdir())])
    assert len(contents[0]) == 2
    assert contents[0] == contents[1]


def test_a_base_of_nothing_finds_nothing(tmp_path: Path) -> None:
    base = write_base(StoreLayout(tmp_path), 1, DIMENSION, [], SearchPlan()).base
    assert VectorIndex.starting_from(base, DIMENSION).search(ASKED[0], 5) == []


def test_vectors_without_any_word_are_indexed_too(tmp_path: Path) -> None:
    """A text without words has a vector of zeros; a thousand of them are one more cluster."""
    vectors = np.concatenate([VECTORS[:2_000], np.zeros((1_000, DIMENSION), np.float32)])
    base = write_base(
        StoreLayout(tmp_path), 1, DIMENSION, [(np.arange(3_000), vectors)], PLANS["through an index"]
    ).base
    assert compared(VectorIndex.starting_from(base, DIMENSION), 10, np.arange(3_000), vectors).recall >= 0.99
