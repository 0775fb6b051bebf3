"""Vectors to search, as many as wanted: real ones, and neighbours made of them.

A made-up vector is a mixture of a real one and one of the eight most similar to it, .2 to .8 of either, with
noise of .3 of its length. So the topics stay as they are and each is fuller; how chunks lie within a topic
is made up.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.embedding.protocol import Vectors

_NEIGHBOURS = 8
_NOISE = 0.3
_BATCH = 2_000


def read_vectors(path: Path) -> Vectors:
    """Float32 [n, dimension] of unit length, from an .npy file or a collection's folder."""
    if path.is_dir():
        with sqlite3.connect(
            f"{(path / 'store.sqlite3').absolute().as_uri()}?mode=ro", uri=True
        ) as connection:
            rows = connection.execute("SELECT vector FROM embedding ORDER BY chunk_id").fetchall()
        return np.stack([np.frombuffer(vector, "<f4") for (vector,) in rows])
    vectors: Vectors = np.load(path).astype(np.float32)
    return vectors


def grown(vectors: Vectors, count: int, seed: int = 0) -> Vectors:
    """So many vectors: the real ones in their order, then made-up ones in that order, again and again."""
    real, dimension = vectors.shape
    chance = np.random.default_rng(seed)
    neighbours = _nearest(vectors) if count > real else np.empty((0, _NEIGHBOURS), np.int64)
    out = np.empty((count, dimension), np.float32)
    out[:real] = vectors[:count]
    for start in range(real, count, real):
        size = min(real, count - start)
        other = vectors[neighbours[np.arange(size), chance.integers(0, _NEIGHBOURS, size)]]
        share = chance.uniform(0.2, 0.8, (size, 1)).astype(np.float32)
        mixed = _unit(share * vectors[:size] + (1 - share) * other)
        noise = chance.standard_normal((size, dimension), dtype=np.float32)
        out[start : start + size] = _unit(mixed + noise * np.float32(_NOISE / np.sqrt(dimension)))
    return out


def exact_best(vectors: Vectors, queries: Vectors, k: int) -> NDArray[np.int64]:
    """Rows of the k best for each query, best first: [len(queries), k]."""
    best = []
    for query in queries:
        similarities = np.vecdot(vectors, query)
        rows = np.argpartition(-similarities, k - 1)[:k]
        best.append(rows[np.lexsort((rows, -similarities[rows]))])
    return np.stack(best)


def _nearest(vectors: Vectors) -> NDArray[np.int64]:
    found = []
    for start in range(0, len(vectors), _BATCH):
        similarities = vectors[start : start + _BATCH] @ vectors.T
        size = len(similarities)
        similarities[np.arange(size), np.arange(start, start + size)] = -2  # not itself
        found.append(np.argpartition(-similarities, _NEIGHBOURS, axis=1)[:, :_NEIGHBOURS])
    return np.concatenate(found)


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
