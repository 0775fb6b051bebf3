"""Which event may follow which, and where reading goes on after a child was lost."""

from __future__ import annotations

from ingest.loaders.protocol import Closed, MemberFound, MemberRefused, Opened, PageLost, PageRead, ReadEvent


class EventOrder:
    """One file's reading so far, perhaps through several children.

    `next_page` is the first page not heard of yet.
    """

    def __init__(self, first_page: int) -> None:
        self.next_page = first_page
        self.opened: Opened | None = None
        self.has_members = False
        self.closed = False
        self._reopening = False

    @property
    def reopening(self) -> bool:
        """Whether a second child has not opened the file yet."""
        return self._reopening

    @property
    def past_last_page(self) -> bool:
        """Whether as many pages were heard of as the file has, as far as it said how many."""
        if self.opened is None or self.opened.page_count is None:
            return False
        return self.next_page > self.opened.page_count

    def reopen(self) -> None:
        """Another child begins at `next_page`: what it says of the file's opening was heard before."""
        self._reopening = self.opened is not None

    def accept(self, event: ReadEvent) -> bool:
        """Take note of an event; whether it is news. Raises ValueError where it may not come now."""
        if isinstance(event, Opened):
            return self._accept_opened(event)
        if self._reopening:
            raise ValueError("the file was not opened again")
        if isinstance(event, PageRead | PageLost):
            number = event.page.number if isinstance(event, PageRead) else event.number
            if self.opened is None or self.has_members or number != self.next_page:
                raise ValueError(f"page {number} comes where page {self.next_page} was next")
            self.next_page = number + 1
        elif isinstance(event, MemberFound | MemberRefused):
            self.has_members = True
        elif isinstance(event, Closed):
            self.closed = True
        return True

    def _accept_opened(self, event: Opened) -> bool:
        if self._reopening:
            self._reopening = False
            return False
        if self.opened is not None or self.has_members:
            raise ValueError("a file opens once, before anything else")
        self.opened = event
        return True
