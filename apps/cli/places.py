"""Where a hit or a passage stands, in the words its document uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.cli.screen import one_line

if TYPE_CHECKING:
    from ingest.store.store import Store


class Places:
    """Labels of pages ("page 3", "section Returns"), read from the collection's store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def label(self, document_id: int, page_number: int, page_end: int) -> str:
        """The label of one page or of a stretch of pages; the number where the page is gone by now."""
        first = self._label(document_id, page_number)
        return first if page_end == page_number else f"{first} to {self._label(document_id, page_end)}"

    def _label(self, document_id: int, number: int) -> str:
        from ingest.errors import StoreError

        try:
            return one_line(self._store.page(document_id, number).label)
        except StoreError:
            return f"page {number}"
