"""What needs no language model and judges too: how alike an answer is to what it is held against, 0..1."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from evaluation.metrics.rouge import BestRouge
from evaluation.metrics.squad import token_f1
from ingest.embedding.protocol import Embedder

#: Of an answer and a gold answer or source.
Likeness = Callable[[str, str], float]


def likenesses(embedder: Embedder) -> Mapping[str, Likeness]:
    """Token F1, ROUGE-L (F-measure) and the cosine of two embeddings, by the name that reports give them."""
    rouge = BestRouge()

    def cosine(answer: str, held_against: str) -> float:
        if not answer.strip() or not held_against.strip():
            return 0.0
        vectors = embedder.embed_documents([answer, held_against]).astype(np.float64)
        lengths = np.linalg.norm(vectors, axis=1)
        product = float(lengths[0] * lengths[1])
        return max(0.0, float(vectors[0] @ vectors[1]) / product) if product else 0.0

    return {
        "token F1": lambda answer, held_against: token_f1(answer, [held_against]),
        "ROUGE-L": lambda answer, held_against: rouge.score(answer, [held_against])["rougeL"],
        "embedding similarity": cosine,
    }
