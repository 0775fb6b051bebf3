"""What lies behind a collection: its store and its engines, opened when they are needed and closed once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ingest.embedding.protocol import EmbedderIdentity
from ingest.errors import CollectionNotFound, EmbedderMismatch, StoreError
from ingest.store.store import Store
from rag.assembly import Engines
from rag.retrieval import Retriever
from rag.settings import Settings

_Found = TypeVar("_Found")


class CollectionStore:
    """One collection's store and engines. Several threads may share it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._settings = settings
        self.engines = Engines(settings, self._made_with)
        self._store: Store | None = None
        self._retriever: Retriever | None = None
        self._lock = threading.RLock()
        self._closed = False

    @property
    def is_closed(self) -> bool:
        with self._lock:
            return self._closed

    def exists(self) -> bool:
        try:
            self.opened()
        except CollectionNotFound:
            return False
        return True

    def create(self) -> None:
        """Make it, if it is not there."""
        splitter = self.engines.splitter().identity
        with self._lock:
            if not self.exists():
                self._store = Store.create(self._folder, self.engines.embedder_identity(), splitter)

    def opened(self) -> Store:
        """Raises CollectionNotFound, and StoreError once it was closed."""
        with self._lock:
            if self._closed:
                raise StoreError(f"The collection {self._folder.name!r} was closed. Open it again.")
            if self._store is None:
                self._store = Store.open(self._folder)
            return self._store

    def refuse_mismatch(self) -> None:
        """Raise EmbedderMismatch where the settings ask for another embedder than it was made with."""
        if self.opened().identity != self.engines.embedder_identity():
            Store.open(self._folder, self.engines.embedder_identity()).close()  # raises it in words

    def retriever(self) -> Retriever:
        """What searches it; kept, for what it knows of the documents' names and of the models' files."""
        while True:
            store = self.opened()
            with self._lock:
                if self._retriever is not None and self._retriever.store is store:
                    return self._retriever
            self.refuse_mismatch()
            # The engines have a lock of their own, and ask for the store under it: never take it under ours.
            embedder, reranker = self.engines.embedder(), self.engines.reranker()
            with self._lock:
                if self._store is store:  # else another thread opened it anew meanwhile, or closed it
                    self._retriever = Retriever(store, embedder, self._settings.retrieval, reranker)
                    return self._retriever

    def with_retriever(self, call: Callable[[Retriever], _Found]) -> _Found:
        """What the call finds. A store that was re-embedded since it was opened is opened anew."""
        try:
            return call(self.retriever())
        except EmbedderMismatch:  # if it is not that, it is raised again
            self.reopen()
            return call(self.retriever())

    def reopen(self) -> None:
        """Let go of the store and of the embedder that it was opened with."""
        with self._lock:
            if self._store is not None:
                self._store.close()
            self._store = self._retriever = None
        self.engines.forget_embedder()

    def close(self) -> None:
        """Twice is once."""
        with self._lock:
            self._closed = True
            if self._store is not None:
                self._store.close()
            self._store = self._retriever = None
        self.engines.close()

    def _made_with(self) -> EmbedderIdentity | None:
        return self.opened().identity if self.exists() else None
