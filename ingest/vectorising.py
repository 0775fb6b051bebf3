"""Texts become vectors, each different one once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingest.embedding.protocol import Embedder, Vectors
from ingest.indexing import text_digest
from ingest.store.store import Store


def embed_once(texts: Sequence[str], embedder: Embedder, store: Store) -> Vectors:
    """One row per text, float32 [len(texts), dimension], without embedding what the store holds already."""
    digests = [text_digest(text) for text in texts]
    first = {digest: row for row, digest in reversed(list(enumerate(digests)))}
    known = store.known_vectors(list(first))
    wanted = [digest for digest in first if digest not in known]
    if wanted:
        made = embedder.embed_documents([texts[first[digest]] for digest in wanted])
        known.update(zip(wanted, made, strict=True))
    if not texts:
        return np.zeros((0, embedder.identity.dimension), dtype=np.float32)
    return np.stack([known[digest] for digest in digests])
