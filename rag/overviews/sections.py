"""A document section by section: a plan of reading for each of its pages that holds text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ingest.store.store import Store
from rag.holdings import Holding
from rag.overviews.pieces import cut_pieces
from rag.overviews.reading_plan import ReadingPlan


def plan_sections(
    store: Store, holding: Holding, token_budget: int, count_tokens: Callable[[str], int]
) -> Iterator[tuple[str, ReadingPlan]]:
    """The label of each page, and the plan that reads that page alone. Raises StoreError."""
    pages = list(store.pages(holding.document_id))
    for page in pages:
        pieces = tuple(cut_pieces(holding, pages, frozenset({page.number}), token_budget, count_tokens))
        if pieces:
            yield page.label, ReadingPlan((holding,), pieces, "all", ())
