"""Two rankings become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def min_max(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores stretched to 0..1: (score - lowest) / (highest - lowest); all 1 when they are equal."""
    if not scores:
        return {}
    lowest, highest = min(scores.values()), max(scores.values())
    if highest == lowest:
        return dict.fromkeys(scores, 1.0)
    return {key: (score - lowest) / (highest - lowest) for key, score in scores.items()}


def convex_fusion(
    dense: Mapping[int, float], lexical: Mapping[int, float], dense_weight: float
) -> list[tuple[int, float]]:
    """w * min_max(dense) + (1 - w) * min_max(lexical), best first; what an arm did not find has 0 there.

    Bruch, Gai, Ingber: An Analysis of Fusion Functions for Hybrid Retrieval (TOIS 2023),
    https://arxiv.org/abs/2210.11934. Equal scores are ordered by id.
    """
    dense_part, lexical_part = min_max(dense), min_max(lexical)
    fused = {
        key: dense_weight * dense_part.get(key, 0.0) + (1.0 - dense_weight) * lexical_part.get(key, 0.0)
        for key in dense_part.keys() | lexical_part.keys()
    }
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]], k: int = 60) -> list[tuple[int, float]]:
    """Sum over the rankings of 1 / (k + rank), ranks from 1, best first.

    Cormack, Clarke, Buettcher: Reciprocal Rank Fusion outperforms Condorcet (SIGIR 2009),
    https://doi.org/10.1145/1571941.1572114. Equal scores are ordered by id.
    """
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            fused[key] = fused.get(key, 0.0) + 1.0 / (k + rank)
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))
