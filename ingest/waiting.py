"""Pages that were read and wait to be embedded."""

from __future__ import annotations

import time
from collections.abc import Callable

from ingest.embedding.protocol import Embedder
from ingest.intake_events import PageSplit
from ingest.open_document import OpenDocument
from ingest.store.store import Store
from ingest.vectorising import embed_once


class WaitingPages:
    """Pages of several documents, in the order they came: embedded together, so that batches are full."""

    def __init__(self) -> None:
        self._pages: list[tuple[OpenDocument, PageSplit]] = []
        self._texts = 0

    @property
    def texts(self) -> int:
        """How many texts wait."""
        return self._texts

    @property
    def first_path(self) -> str | None:
        """Whose page has waited longest."""
        return self._pages[0][0].path if self._pages else None

    def add(self, document: OpenDocument, split: PageSplit) -> None:
        document.waiting_pages += 1
        self._pages.append((document, split))
        self._texts += len(split.texts)

    def forget(self, document: OpenDocument) -> None:
        """The document will not be written: none of its pages need be embedded."""
        self._pages = [entry for entry in self._pages if entry[0] is not document]
        self._texts = sum(len(split.texts) for _, split in self._pages)

    def embed(
        self, embedder: Embedder, store: Store, tell: Callable[[OpenDocument, int], None]
    ) -> list[OpenDocument]:
        """Embed all and hand each page to its document; returns the documents that got any.

        `tell` is called for each page with the number of its chunks.
        """
        pages, self._pages, self._texts = self._pages, [], 0
        started = time.perf_counter()
        texts = [text for _, split in pages for text in split.texts]
        vectors = embed_once(texts, embedder, store)
        seconds_per_text = (time.perf_counter() - started) / max(1, len(texts))
        row = 0
        for document, split in pages:
            end = row + len(split.texts)
            document.add(split, vectors[row:end])
            document.seconds += (end - row) * seconds_per_text
            tell(document, end - row)
            row = end
        return list(dict.fromkeys(document for document, _ in pages))
