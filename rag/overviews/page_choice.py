"""Which pages are read where not all can be: the most central ones rather than the first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np

from ingest.embedding.protocol import Vectors
from ingest.indexing import embedded_text, text_digest
from ingest.store.store import Store
from ingest.types import distinct_names
from rag.holdings import Holding

#: Page numbers by document id.
Pages = dict[int, frozenset[int]]


def choose_pages(
    store: Store, holdings: Sequence[Holding], most_pages: int, toward: Vectors | None = None
) -> Pages:
    """At most so many pages, by the vectors that the collection holds.

    With `toward`, float32 [dimension] of unit length, the pages nearest to it, whichever documents they are
    of. Without, each document gives in turn the page that is nearest to the mean of its chunks, as long as it
    has one; where there are more documents than pages, those nearest to the mean of all come first.
    """
    read = {holding.document_id: _page_vectors(store, holding.document_id) for holding in holdings}
    read = {document_id: pages for document_id, pages in read.items() if pages}
    if toward is not None:
        ranked = sorted(
            (
                (-_nearness(vectors, toward), document_id, page)
                for document_id, pages in read.items()
                for page, vectors in pages.items()
            )
        )
        return _gathered([(document_id, page) for _, document_id, page in ranked[:most_pages]])
    means = {
        document_id: _mean([v for vectors in pages.values() for v in vectors])
        for document_id, pages in read.items()
    }
    middle = _mean(list(means.values())) if means else None
    order = sorted(read, key=lambda id: (0.0 if middle is None else -float(means[id] @ middle), id))
    central = [
        sorted(read[id], key=lambda page, id=id: (-_nearness(read[id][page], means[id]), page))  # type: ignore[misc]
        for id in order
    ]
    in_turns = [
        (id, page)
        for turn in zip_longest(*central)
        for id, page in zip(order, turn, strict=True)
        if page is not None
    ]
    return _gathered(in_turns[:most_pages])


def _page_vectors(store: Store, document_id: int) -> dict[int, list[Vectors]]:
    """The vectors of the chunks that begin on each page."""
    digests: list[tuple[int, bytes]] = []
    for stored in store.document_chunks(document_id):
        names, chunk = distinct_names(stored.name, stored.title), stored.chunk
        text = embedded_text(names, chunk.headings, chunk.text, chunk.opening)
        digests.append((chunk.page_number, text_digest(text)))
    known = store.known_vectors([digest for _, digest in digests])
    found: dict[int, list[Vectors]] = {}
    for page, digest in digests:
        if digest in known:
            found.setdefault(page, []).append(known[digest])
    return found


def _nearness(vectors: Sequence[Vectors], toward: Vectors) -> float:
    return max(float(vector @ toward) for vector in vectors)


def _mean(vectors: Sequence[Vectors]) -> Vectors:
    mean: Vectors = np.mean(np.stack(vectors), axis=0, dtype=np.float32)
    length = float(np.linalg.norm(mean))
    return mean / np.float32(length) if length else mean


def _gathered(chosen: Sequence[tuple[int, int]]) -> Pages:
    pages: dict[int, set[int]] = {}
    for document_id, page in chosen:
        pages.setdefault(document_id, set()).add(page)
    return {document_id: frozenset(numbers) for document_id, numbers in pages.items()}
