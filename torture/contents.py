"""What a store holds, read back: per path a fingerprint of all that hangs on it, and every vector."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from ingest.embedding.protocol import Vectors
from ingest.store.layout import StoreLayout
from ingest.store.store import Store

_SOURCES = "SELECT path, sha256, document.id FROM source JOIN document ON document.id = document_id"


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """What stands behind one path. Equal fingerprints: equal pages, chunks and vectors."""

    path: str
    sha256: str
    document_id: int
    fingerprint: str
    chunk_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """All of a store. Row r of `vectors` is chunk `ids[r]`."""

    documents: tuple[HeldDocument, ...]
    ids: tuple[int, ...]
    vectors: Vectors


def document_ids(store: Store) -> dict[str, int]:
    """Which document stands behind each path."""
    with closing(sqlite3.connect(StoreLayout(store.folder).database)) as connection:
        return {os.fsdecode(path): document_id for path, _, document_id in connection.execute(_SOURCES)}


def read_contents(store: Store) -> Contents:
    """Read the store whole: rows by its own calls, and the places of chunks and vectors by SQL."""
    with closing(sqlite3.connect(StoreLayout(store.folder).database)) as connection:
        sources = connection.execute(_SOURCES).fetchall()
        chunk_ids: dict[int, list[int]] = defaultdict(list)
        for chunk_id, document_id in connection.execute("SELECT id, document_id FROM chunk ORDER BY id"):
            chunk_ids[document_id].append(chunk_id)
        embeddings = dict(connection.execute("SELECT chunk_id, vector FROM embedding ORDER BY chunk_id"))
    fingerprints = {
        document_id: _fingerprint(store, document_id, chunk_ids[document_id], embeddings)
        for document_id in {document_id for _, _, document_id in sources}
    }
    documents = tuple(
        HeldDocument(
            os.fsdecode(path), sha256, document_id, fingerprints[document_id], tuple(chunk_ids[document_id])
        )
        for path, sha256, document_id in sources
    )
    rows = np.frombuffer(b"".join(embeddings.values()), dtype=np.float32)
    return Contents(documents, tuple(embeddings), rows.reshape(len(embeddings), -1 if embeddings else 1))


def _fingerprint(store: Store, document_id: int, ids: list[int], embeddings: dict[int, bytes]) -> str:
    document = store.document(document_id)
    pages = [(page.number, page.label, page.headings, page.text) for page in document.pages]
    chunks = [stored.chunk for stored in store.chunks(ids).values()]
    vectors = [hashlib.sha256(embeddings[chunk_id]).hexdigest() for chunk_id in ids]
    told = repr((document.sha256, document.title, document.media_type, pages, chunks, vectors))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
