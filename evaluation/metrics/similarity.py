"""How near an answer comes to the gold answers in meaning, as an embedding model sees it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evaluation.metrics.refusals import refused
from evaluation.types import Metric, Outcome, Question
from ingest.embedding.protocol import Embedder


class SimilarityScorer:
    """Cosine similarity of what was said (`Reply.said`) and the nearest gold answer, 0..1.

    max(0, cos(a, g)): what points away from the gold is no nearer than what has nothing in common with it.
    cos(a, g) = a . g / (|a| |g|), the highest over the gold answers, each embedded as a document
    (Reimers and Gurevych, https://arxiv.org/abs/1908.10084). Unlike BERTScore it compares whole texts, not
    tokens; two answers that differ in one number are still near. Models differ in what they call near:
    compare only scores of one model.

    Defined for answerable questions with gold answers that got a reply; one that refuses scores 0, the
    cosine of what has nothing in common.
    """

    def __init__(self, embedder: Embedder) -> None:
        """The embedder is the scorer's from now on, and closed with it."""
        self._embedder = embedder

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (Metric("embedding_similarity", "Embedding similarity", "answer"),)

    @property
    def facts(self) -> Mapping[str, str]:
        identity = self._embedder.identity
        return {"embedding_similarity": f"{identity.model} {identity.weights_sha256}"}

    def score(self, question: Question, outcome: Outcome) -> dict[str, float]:
        reply, golds = outcome.reply, question.answers
        if outcome.error is not None or reply is None or not question.answerable or not golds:
            return {}
        if refused(question, reply):
            return {"embedding_similarity": 0.0}
        vectors = self._embedder.embed_documents([reply.said, *golds]).astype(np.float64)
        # Of unit length by contract, but in half precision only nearly so.
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        nearest = float(np.max(vectors[1:] @ vectors[0]))
        return {"embedding_similarity": min(1.0, max(0.0, nearest))}

    def close(self) -> None:
        self._embedder.close()
