"""How much speaks for an answer being among the hits, as one number."""

from __future__ import annotations

from collections.abc import Sequence

from rag.hits import Hit
from rag.terms import content_terms

#: Changes with the formula: a threshold calibrated on another one does not hold.
EVIDENCE_VERSION = "evidence-1"

_MEANING_WEIGHT = 0.5


def evidence(question: str, hits: Sequence[Hit]) -> float:
    """The best hit's mean of cosine similarity to the question and share of its content words, 0..1.

    A hit that the dense arm did not bring counts with similarity 0. Scores of different embedders are not
    comparable, so a threshold is calibrated per collection.
    """
    wanted = set(content_terms(question))
    return max((_of(hit, wanted) for hit in hits), default=0.0)


def _of(hit: Hit, wanted: set[str]) -> float:
    similarity = min(1.0, max(0.0, hit.dense.score)) if hit.dense is not None else 0.0
    if not wanted:
        return similarity
    covered = len(wanted & set(content_terms(hit.text))) / len(wanted)
    return _MEANING_WEIGHT * similarity + (1.0 - _MEANING_WEIGHT) * covered
