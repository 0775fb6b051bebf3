"""Two rankings become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.hits import Contributions


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
) -> dict[int, Contributions]:
    """w * min_max(dense) and (1 - w) * min_max(lexical), best sum first; what an arm lacks has 0 there.

    Bruch, Gai, Ingber: An Analysis of Fusion Functions for Hybrid Retrieval (TOIS 2023),
    https://arxiv.org/abs/2210.11934. Equal scores are ordered by id.
    """
    dense_part, lexical_part = min_max(dense), min_max(lexical)
    return best_first(
        {
            key: Contributions(
                dense_weight * dense_part.get(key, 0.0), (1.0 - dense_weight) * lexical_part.get(key, 0.0)
            )
            for key in dense_part.keys() | lexical_part.keys()
        }
    )


def reciprocal_rank_fusion(
    dense: Sequence[int], lexical: Sequence[int], k: int = 60
) -> dict[int, Contributions]:
    """1 / (k + rank) of each ranking, ranks from 1, best sum first, the sums stretched to 0..1.

    Cormack, Clarke, Buettcher: Reciprocal Rank Fusion outperforms Condorcet (SIGIR 2009),
    https://doi.org/10.1145/1571941.1572114. The sums themselves are all but equal (1/61 and 1/62), so that
    whatever is added to them would outweigh them. Equal scores are ordered by id.
    """
    ranks = [{key: 1.0 / (k + rank) for rank, key in enumerate(arm, start=1)} for arm in (dense, lexical)]
    sums = {key: sum(arm.get(key, 0.0) for arm in ranks) for key in ranks[0].keys() | ranks[1].keys()}
    stretched = min_max(sums)
    return best_first(
        {
            key: Contributions(*(stretched[key] * arm.get(key, 0.0) / sums[key] for arm in ranks))
            for key in sums
        }
    )


def best_first(fused: Mapping[int, Contributions]) -> dict[int, Contributions]:
    """The same, in the order of their sums; equal ones in the order of their ids."""
    return dict(sorted(fused.items(), key=lambda item: (-item[1].score, item[0])))
