"""Texts become vectors, each different one once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ingest.embedding.protocol import Embedder, Vectors
from ingest.indexing import text_digest
from ingest.store.reembedding import Reembedding
from ingest.store.store import Store

#: Texts embedded in one call: between two calls it is possible to stop.
_MOST_TEXTS = 512


class EmbeddingCancelled(Exception):
    """Embedding was ended because `cancelled` said so. Nothing of it is kept."""


def embed_once(
    texts: Sequence[str],
    embedder: Embedder,
    held: Store | Reembedding,
    cancelled: Callable[[], bool] = lambda: False,
) -> Vectors:
    """One row per text, float32 [len(texts), dimension], without embedding what is held already.

    `cancelled` is asked before each call of the embedder; where it says so, EmbeddingCancelled is raised.
    """
    digests = [text_digest(text) for text in texts]
    first = {digest: row for row, digest in reversed(list(enumerate(digests)))}
    known = held.known_vectors(list(first))
    wanted = [digest for digest in first if digest not in known]
    for start in range(0, len(wanted), _MOST_TEXTS):
        if cancelled():
            raise EmbeddingCancelled
        some = wanted[start : start + _MOST_TEXTS]
        made = embedder.embed_documents([texts[first[digest]] for digest in some])
        known.update(zip(some, made, strict=True))
    if not texts:
        return np.zeros((0, embedder.identity.dimension), dtype=np.float32)
    return np.stack([known[digest] for digest in digests])
