"""Finding chunks by meaning and by word, in all documents or in some."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.store import dense
from ingest.store import vectors as store_vectors
from ingest.store.quantised import SearchPlan
from ingest.store.store import Store

Axis = Callable[[int], Vectors]


@pytest.fixture
def birds(store: Store, material: Any) -> Store:
    material("/birds/heron.txt", "The heron stands in water.", axis=0).put_into(store)
    material("/birds/kestrel.txt", "The kestrel hovers above water.", axis=1).put_into(store)
    material("/fish/pike.md", "The pike waits under water, water.", axis=2, title="Fresh").put_into(store)
    return store


def only(store: Store, pattern: str) -> frozenset[int]:
    documents = store.document_ids(pattern)
    assert documents is not None
    return documents


def test_similarity_is_the_cosine_best_first(birds: Store) -> None:
    query = np.array([0.6, 0.8, 0, 0, 0, 0, 0, 0], np.float32)
    hits = birds.search_dense(query, 3)
    assert [similarity for _, similarity in hits] == pytest.approx([0.8, 0.6, 0.0])
    documents = [chunk.document for chunk in birds.chunks([chunk_id for chunk_id, _ in hits]).values()]
    assert documents == ["/birds/kestrel.txt", "/birds/heron.txt", "/fish/pike.md"]


def test_equal_similarities_come_in_order_of_id(birds: Store, axis: Axis) -> None:
    ids = [chunk_id for chunk_id, _ in birds.search_dense(axis(7), 3)]
    assert ids == sorted(ids)


@pytest.mark.parametrize(("k", "expected"), [(0, 0), (1, 1), (3, 3), (50, 3)])
def test_k_hits_or_as_many_as_there_are(birds: Store, axis: Axis, k: int, expected: int) -> None:
    assert len(birds.search_dense(axis(0), k)) == expected
    assert len(birds.search_lexical("water", k)) == expected


def test_a_filter_is_applied_before_the_k_best_are_taken(birds: Store, axis: Axis) -> None:
    for pattern in ("pike.md", "heron.txt", "kestrel.txt"):
        documents = only(birds, pattern)
        for hits in (birds.search_dense(axis(0), 1, documents), birds.search_lexical("water", 1, documents)):
            ((chunk_id, _),) = hits
            assert birds.chunks([chunk_id])[chunk_id].document.endswith(pattern)


def test_a_filter_of_several_documents_leaves_out_the_one_between(birds: Store, axis: Axis) -> None:
    documents = only(birds, "heron.txt") | only(birds, "pike.md")
    for hits in (birds.search_dense(axis(1), 9, documents), birds.search_lexical("water", 9, documents)):
        found = {chunk.document for chunk in birds.chunks([chunk_id for chunk_id, _ in hits]).values()}
        assert found == {"/birds/heron.txt", "/fish/pike.md"}


def test_no_document_allowed_means_no_hit(birds: Store, axis: Axis) -> None:
    assert birds.search_dense(axis(0), 5, frozenset()) == []
    assert birds.search_lexical("water", 5, frozenset()) == []
    assert birds.search_dense(axis(0), 5, frozenset({12_345})) == []


def test_filtered_scores_are_the_unfiltered_ones(birds: Store) -> None:
    everywhere = dict(birds.search_lexical("heron water", 9))
    ((chunk_id, score),) = birds.search_lexical("heron water", 9, only(birds, "heron.txt"))
    assert score == pytest.approx(everywhere[chunk_id])


def test_words_score_higher_the_rarer_and_the_more_often(birds: Store) -> None:
    hits = birds.search_lexical("kestrel water", 9)
    best = birds.chunks([hits[0][0]])[hits[0][0]]
    assert best.document == "/birds/kestrel.txt"
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)
    assert all(score > 0 for _, score in hits)


def test_title_and_headings_are_searched_too(birds: Store) -> None:
    assert len(birds.search_lexical("fresh", 9)) == 1
    assert len(birds.search_lexical("part", 9)) == 3


@pytest.mark.parametrize(
    "query",
    ["heron-like", "heron's", "heron AND", '"heron', "heron*", "NEAR(heron", "text:heron", "^heron", "-heron",
     "heron \x00", "heron 🦩", "(heron", "héron", "HERONS", "heron;--", "{heron}", "\ud800 heron"],
)  # fmt: skip
def test_any_punctuation_is_only_punctuation(birds: Store, query: str) -> None:
    hits = birds.search_lexical(query, 9)
    assert "/birds/heron.txt" in {chunk.document for chunk in birds.chunks([i for i, _ in hits]).values()}


@pytest.mark.parametrize(
    "query", ["", " ", "🦩", '"', "*", "\x00", "'", "AND", "NOT", "the of and", "—", "\ud800"]
)
def test_a_query_without_a_telling_word_is_no_error(birds: Store, query: str) -> None:
    assert isinstance(birds.search_lexical(query, 9), list)
    assert birds.search_lexical("heron", 9), "the search after it is as good as before"


def test_stop_words_are_searched_when_nothing_else_is_left(birds: Store) -> None:
    assert len(birds.search_lexical("under the", 9)) == 3
    assert birds.search_lexical("under heron", 9) == birds.search_lexical("heron", 9)


def test_ten_thousand_words_are_no_error(birds: Store) -> None:
    query = " ".join(f"word{number}" for number in range(10_000)) + " extraordinarily-rare-heron"
    assert isinstance(birds.search_lexical(query, 9), list)
    assert birds.search_lexical("heron", 9), "the search after it is as good as before"


@pytest.mark.parametrize("query", [np.ones(8), np.zeros(7), np.full(8, np.nan)], ids=["long", "short", "nan"])
def test_a_query_vector_that_does_not_fit_is_refused(birds: Store, query: Vectors) -> None:
    with pytest.raises(ValueError, match="ector"):
        birds.search_dense(query, 5)


@pytest.mark.parametrize("exact_maximum", [1_000, 30], ids=["all scored", "through an index"])
def test_base_additions_and_removals_together_find_what_a_plain_product_finds(
    folder: Path,
    identity: EmbedderIdentity,
    material: Any,
    monkeypatch: pytest.MonkeyPatch,
    exact_maximum: int,
) -> None:
    """Against numpy over all vectors, with a written base, some of it removed and some added since."""
    monkeypatch.setattr(store_vectors, "REWRITE_MINIMUM", 3)
    monkeypatch.setattr(dense, "PLAN", SearchPlan(exact_maximum))
    random = np.random.default_rng(7)
    held: dict[str, Vectors] = {}

    def put(store: Store, path: str) -> None:
        one = material(path, *(f"{path} {number}" for number in range(5)))
        noise = random.standard_normal((5, 8)).astype(np.float32)
        held[path] = noise / np.linalg.norm(noise, axis=1, keepdims=True)
        store.put(one.document, one.chunks, held[path], one.source)

    with Store.create(folder, identity, "by page") as store:
        for number in range(20):
            put(store, f"/{number}.txt")
    endings = [".rows"] if exact_maximum > 100 else [".faiss", ".rows"]
    assert sorted(path.suffix for path in folder.glob("vectors-*")) == endings
    with Store.open(folder) as store:
        for path in ("/3.txt", "/11.txt"):
            store.remove([path])
            del held[path]
        put(store, "/new.txt")
        some = {"/4.txt", "/5.txt", "/12.txt", "/new.txt"}
        documents = frozenset().union(*(only(store, path) for path in some))
        for allowed, paths in ((None, set(held)), (documents, some)):
            query = np.eye(8, dtype=np.float32)[3]
            everything = [
                (f"{path} {row}", float(vector @ query))
                for path in paths
                for row, vector in enumerate(held[path])
            ]
            expected = sorted(everything, key=lambda hit: -hit[1])
            hits = store.search_dense(query, 1_000, allowed)
            chunks = store.chunks([chunk_id for chunk_id, _ in hits])
            assert [chunks[chunk_id].chunk.text for chunk_id, _ in hits] == [text for text, _ in expected]
            assert dict(everything) == pytest.approx(
                {chunks[chunk_id].chunk.text: similarity for chunk_id, similarity in hits}, abs=1e-6
            )
