"""Which event may follow which."""

from __future__ import annotations

import pytest

from ingest.isolation.order import EventOrder
from ingest.loaders.protocol import Opened, PageLost, PageRead
from ingest.types import Document, Page


def opened(first_page: int) -> EventOrder:
    order = EventOrder(first_page)
    order.accept(Opened(Document("a" * 64, "text/plain", "T", ()), 9))
    return order


def test_pages_follow_each_other() -> None:
    order = opened(3)
    assert order.accept(PageRead(Page(3, "three", "page 3")))
    assert order.accept(PageLost(4, "it could not be read"))
    assert order.next_page == 5


@pytest.mark.parametrize("number", [1, 2, 4, 9])
def test_a_page_out_of_its_place_is_refused(number: int) -> None:
    order = opened(3)
    with pytest.raises(ValueError, match=f"page {number} comes where page 3 was next"):
        order.accept(PageRead(Page(number, "text", f"page {number}")))
    with pytest.raises(ValueError, match="was next"):
        order.accept(PageLost(number, "it could not be read"))
    assert order.next_page == 3
