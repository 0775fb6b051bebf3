"""A question finds its hits: two arms, fused, and the best of them perhaps read once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from ingest.document_filter import DocumentFilter
from ingest.embedding.protocol import Embedder, Vectors
from ingest.store.store import Store
from rag.calibration import settled
from rag.fusion import best_first, convex_fusion, reciprocal_rank_fusion
from rag.gathering import Scores, gather_hits
from rag.hits import ArmScore, Contributions, Hit
from rag.naming import DocumentNames
from rag.reranking.protocol import Reranker
from rag.reranking.stage import Reranked, rerank
from rag.scope import documents_to_search
from rag.settings import DEFAULT_DENSE_WEIGHT, RetrievalSettings

_DEEPER = 4


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Hits, best first, and the question's vector: float32 [dimension], unit length."""

    hits: tuple[Hit, ...]
    query_vector: Vectors


@dataclass(frozen=True, slots=True)
class Arms:
    """What each arm brought: (chunk id, its own score), best first."""

    dense: tuple[tuple[int, float], ...]
    lexical: tuple[tuple[int, float], ...]
    query_vector: Vectors


class Retriever:
    """Searches one store with one embedder, and a reranker where there is one."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        settings: RetrievalSettings,
        reranker: Reranker | None = None,
    ) -> None:
        self.store = store
        self._embedder = embedder
        self._settings = settings
        self._reranker = reranker
        self._names: tuple[int, DocumentNames] | None = None

    def retrieve(
        self,
        query: str,
        count: int,
        only: DocumentFilter | None = None,
        *,
        all_looked_at: bool = False,
        fold: bool | None = None,
    ) -> Retrieved:
        """The `count` best chunks, over all documents or those that the filter leaves.

        With `all_looked_at`, everything that either arm brings for so many, of which these are the first.
        `fold` stands in for the settings' `fold_repeats`.
        """
        documents = documents_to_search(self.store, only)
        fold = self._settings.fold_repeats if fold is None else fold
        depth = max(count, self._settings.candidates)
        while True:
            arms = self.arms(query, depth, documents)
            found = self._reranked(query, self.fused(query, arms, documents))
            hits = gather_hits(
                self.store,
                found.ranking,
                Scores(_ranked(arms.dense), _ranked(arms.lexical), found.scores),
                None if all_looked_at else count,
                fold=fold,
            )
            exhausted = len(arms.dense) < depth and len(arms.lexical) < depth
            if len(hits) >= count or exhausted:
                return Retrieved(hits, arms.query_vector)
            depth *= _DEEPER  # so many were repeats that what else there is was not looked at

    def fused(
        self,
        query: str,
        arms: Arms,
        documents: frozenset[int] | None = None,
        dense_weight: float | None = None,
    ) -> dict[int, Contributions]:
        """What the arms brought as one ranking, best first. `dense_weight` stands in for the settings'."""
        fused = self._fuse(arms, dense_weight)
        if documents is None or len(documents) > 1:
            fused = self._prefer_named(query, fused, documents)
        return fused

    def arms(self, query: str, count: int, documents: frozenset[int] | None = None) -> Arms:
        """What each arm brings for `count` hits, before they are fused."""
        depth = max(count, self._settings.candidates)
        vector = self._embedder.embed_query(query)
        return Arms(
            dense=tuple(self.store.search_dense(vector, depth, documents)),
            lexical=tuple(self.store.search_lexical(query, depth, documents)),
            query_vector=vector,
        )

    def _fuse(self, arms: Arms, dense_weight: float | None) -> dict[int, Contributions]:
        if self._settings.fusion == "reciprocal-rank":
            return reciprocal_rank_fusion([id for id, _ in arms.dense], [id for id, _ in arms.lexical])
        wanted = self._settings.dense_weight if dense_weight is None else dense_weight
        weight = settled("dense_weight", wanted, self.store, DEFAULT_DENSE_WEIGHT)
        return convex_fusion(dict(arms.dense), dict(arms.lexical), weight)

    def _prefer_named(
        self, query: str, fused: dict[int, Contributions], documents: frozenset[int] | None
    ) -> dict[int, Contributions]:
        """(score + w * how much the question names its document) / (1 + w), best first."""
        weight = self._settings.name_weight
        named = self._document_names().resemblance(query, documents) if weight and fused else {}
        if not named:
            return fused
        document_of = self.store.documents_of(list(fused))
        whole = 1.0 + weight
        return best_first(
            {
                chunk_id: Contributions(
                    meaning=parts.meaning / whole,
                    words=parts.words / whole,
                    name=weight * named.get(document_of.get(chunk_id, -1), 0.0) / whole,
                )
                for chunk_id, parts in fused.items()
            }
        )

    def _reranked(self, query: str, fused: dict[int, Contributions]) -> Reranked:
        if self._reranker is None or not fused:
            return Reranked(fused, {})
        chunks = self.store.chunks(list(islice(fused, self._settings.reranked_hits)))
        return rerank(query, fused, chunks, self._reranker, self._settings.reranker_weight)

    def _document_names(self) -> DocumentNames:
        generation = self.store.generation()
        if self._names is None or self._names[0] != generation:
            self._names = generation, DocumentNames(self.store.document_names())
        return self._names[1]


def _ranked(results: Sequence[tuple[int, float]]) -> dict[int, ArmScore]:
    return {chunk_id: ArmScore(rank, score) for rank, (chunk_id, score) in enumerate(results, start=1)}
