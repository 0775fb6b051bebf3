"""A document's pages become chunks one by one, each at its place in a text that is never held whole."""

from __future__ import annotations

from ingest.errors import DamagedFile, IngestError
from ingest.indexing import embedded_text
from ingest.intake_events import PageSplit
from ingest.loaders.protocol import PageLost
from ingest.splitting import Splitter, split_page
from ingest.types import PAGE_BREAK, Document, Page


class PageSplitter:
    """Cuts a document's pages as they come, and counts where each stands."""

    def __init__(self, splitter: Splitter, path: str) -> None:
        self._splitter = splitter
        self._path = path
        self._offset = self._ordinal = 0
        self.document: Document

    def go_on(self, document: Document, text_length: int, chunk_count: int) -> None:
        """Begin behind what an earlier run did."""
        self.document, self._offset, self._ordinal = document, text_length, chunk_count

    def split(self, page: Page, loss: PageLost | None = None) -> PageSplit:
        """Raises DamagedFile for text that no splitter or store can take."""
        names = self.document.names
        try:
            chunks = split_page(self._splitter, page, names, self._offset, self._ordinal)
            texts = tuple(embedded_text(names, chunk.headings, chunk.text, chunk.opening) for chunk in chunks)
            "".join(texts).encode("utf-8")  # a lone surrogate would stop the embedder and the store
        except IngestError:
            raise
        except Exception as error:  # whatever a splitter meets in one text, the batch goes on
            raise DamagedFile(
                f"{self._path}: the text of {page.label} could not be cut into chunks: "
                f"{type(error).__name__}: {error}. Save the file anew in UTF-8; if that does not help, "
                "report this as a fault."
            ) from error
        self._offset += len(page.text) + len(PAGE_BREAK)
        self._ordinal += len(chunks)
        return PageSplit(self._path, page, loss, tuple(chunks), texts)
