"""What one ingest run into a collection works with."""

from __future__ import annotations

from ingest.file_reader import FileReader
from ingest.store.store import Store
from ingest.tools import Tools
from rag.assembly import Engines


class ToolBox:
    """The tools of one run, made when the first file has to be read, and put away at its end."""

    def __init__(self, engines: Engines, store: Store) -> None:
        self._engines = engines
        self._store = store
        self._reader: FileReader | None = None

    def __call__(self) -> Tools:
        """Raises EmbedderMismatch where the collection was cut by another splitter."""
        splitter = self._engines.splitter()
        if splitter.identity != self._store.splitter:
            Store.open(self._store.folder, None, splitter.identity).close()  # raises it in words
        if self._reader is None:
            self._reader = self._engines.reader()
        return Tools(self._reader, splitter, self._engines.embedder())

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
