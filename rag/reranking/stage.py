"""The first of the fused hits, read once more beside the question and put in another order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.indexing import embedded_text
from ingest.types import StoredChunk, distinct_names
from rag.hits import ArmScore, Contributions
from rag.reranking.protocol import Reranker


@dataclass(frozen=True, slots=True)
class Reranked:
    """A ranking, best first, and what the reranker said of those it read."""

    ranking: dict[int, Contributions]
    scores: dict[int, ArmScore]


def rerank(
    query: str,
    fused: Mapping[int, Contributions],
    chunks: Mapping[int, StoredChunk],
    reranker: Reranker,
    weight: float,
) -> Reranked:
    """weight * the reranker's score + (1 - weight) * the fused score, best first.

    `chunks` are those that are read, the best of `fused`. The others count as if their score were 0, so
    none of them comes before one that was read. With a weight of 1 the reranker alone decides: Nogueira, Cho:
    Passage Re-ranking with BERT (2019), https://arxiv.org/abs/1901.04085. A linear mix with BM25's score was
    seen to be worse than that on MS MARCO (Askari et al. 2024 on earlier work,
    https://doi.org/10.1007/s10791-024-09435-8). What then scores the same stays in the order of `fused`.
    """
    texts = {chunk_id: reranked_text(chunks[chunk_id]) for chunk_id in fused if chunk_id in chunks}
    read = dict(zip(texts, reranker.scores(query, list(texts.values())), strict=True))
    rest = 1.0 - weight
    mixed = {
        chunk_id: Contributions(
            meaning=rest * parts.meaning,
            words=rest * parts.words,
            name=rest * parts.name,
            reranking=weight * read.get(chunk_id, 0.0),
        )
        for chunk_id, parts in fused.items()
    }
    return Reranked(dict(sorted(mixed.items(), key=lambda item: -item[1].score)), _ranked(read))


def reranked_text(stored: StoredChunk) -> str:
    """What is read of a chunk: what says where it stands, and its text, as they were embedded."""
    names = distinct_names(stored.name, stored.title)
    return embedded_text(names, stored.chunk.headings, stored.chunk.text, stored.chunk.opening)


def _ranked(scores: Mapping[int, float]) -> dict[int, ArmScore]:
    best = sorted(scores.items(), key=lambda item: -item[1])
    return {chunk_id: ArmScore(rank, score) for rank, (chunk_id, score) in enumerate(best, start=1)}
