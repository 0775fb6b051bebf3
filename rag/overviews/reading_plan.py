"""What is read of which documents, settled before the first of it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.embedding.protocol import Vectors
from ingest.errors import StoreError
from ingest.store.store import Store
from rag.holdings import Holding
from rag.overviews.page_choice import choose_pages
from rag.overviews.pieces import Piece, cut_pieces
from rag.reading import Coverage, LeftOut, PageChoice


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """The pieces in their order, and what is left out from the first."""

    holdings: tuple[Holding, ...]
    pieces: tuple[Piece, ...]
    chosen: PageChoice
    left_out: tuple[LeftOut, ...]

    @property
    def pages(self) -> int:
        return sum(piece.page_ends for piece in self.pieces)

    @property
    def documents(self) -> int:
        return len({piece.document_id for piece in self.pieces})

    def coverage(self, done: int | None = None) -> Coverage:
        """What was read, where it was stopped after so many pieces."""
        read, unread = self.pieces[:done], self.pieces[len(self.pieces[:done]) :]
        begun = {piece.document_id for piece in read}
        missed = dict.fromkeys(piece.document for piece in unread if piece.document_id not in begun)
        return Coverage(
            documents=len(begun),
            documents_total=len(self.holdings),
            pages=sum(piece.page_ends for piece in read),
            pages_total=sum(holding.info.page_count for holding in self.holdings),
            chosen=self.chosen,
            left_out=(*self.left_out, *(LeftOut(document, "not reached") for document in missed)),
        )


def plan_reading(
    store: Store,
    holdings: Sequence[Holding],
    most_pages: int,
    toward: Callable[[], Vectors] | None,
    token_budget: int,
    count_tokens: Callable[[str], int],
) -> ReadingPlan:
    """All pages where they are no more than `most_pages`, else those that `choose_pages` takes.

    `toward` gives the vector of what is asked for, None where nothing in particular is.
    """
    with_text = [holding for holding in holdings if holding.info.chunk_count]
    left_out = [
        LeftOut(holding.document, "holds no text") for holding in holdings if not holding.info.chunk_count
    ]
    wanted = None
    chosen: PageChoice = "all"
    if sum(holding.info.page_count for holding in with_text) > most_pages:
        wanted = choose_pages(store, with_text, most_pages, None if toward is None else toward())
        chosen = "central" if toward is None else "nearest"
    pieces: list[Piece] = []
    for holding in with_text:
        if wanted is not None and holding.document_id not in wanted:
            left_out.append(
                LeftOut(holding.document, f"beyond the {most_pages:,} pages that are read at most")
            )
            continue
        numbers = None if wanted is None else wanted[holding.document_id]
        try:
            pages = store.pages(holding.document_id)
            cut = list(cut_pieces(holding, pages, numbers, token_budget, count_tokens))
        except StoreError:  # another process took it out, or put another in its place
            left_out.append(LeftOut(holding.document, "was changed or removed meanwhile"))
            continue
        if not cut:
            left_out.append(LeftOut(holding.document, "holds no text"))
        pieces += cut
    return ReadingPlan(tuple(holdings), tuple(pieces), chosen, tuple(left_out))
