"""A collection as a LangChain retriever."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from ingest.document_filter import DocumentFilter
from rag.collection import Collection
from rag.hits import Hit


class CollectionRetriever(BaseRetriever):
    """Finds a collection's best chunks for any LangChain chain.

    `k` is how many; `document` limits them to a path, a file name or a pattern, `only` to a filter. Each
    document's metadata says where it stands: document, title, page, page_end, start, end, score, rank.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    collection: Collection
    k: int = 4
    document: str | None = None
    only: DocumentFilter | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        del run_manager  # LangChain's protocol hands it over; searching reports nothing in between
        hits = self.collection.search(query, self.k, document=self.document, only=self.only)
        return [_as_document(hit) for hit in hits]


def _as_document(hit: Hit) -> Document:
    metadata: dict[str, Any] = {
        "document": hit.document,
        "title": hit.title,
        "page": hit.page_number,
        "page_end": hit.page_end,
        "start": hit.start,
        "end": hit.end,
        "score": hit.score,
        "rank": hit.rank,
    }
    return Document(page_content=hit.text, metadata=metadata)
