"""From a wish to the passages it means: a page that it names, or what a search for it finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.document_filter import DocumentFilter
from rag.collection_store import CollectionStore
from rag.errors import NoSuchDocument, NoSuchPage
from rag.grounded.ground import Ground
from rag.grounded.references import Reference, read_reference
from rag.hits import Hit
from rag.holdings import Holding, meant, read_holdings
from rag.neutralising import neutralised, without_notes
from rag.overviews.pieces import cut_pieces
from rag.reading import listed
from rag.scope import documents_to_search
from rag.sentences import sentence_spans
from rag.types import Passage, Span

_HITS = 2
#: Hits among which the page is looked for where several documents have one of that number.
_DEEP = 50
_MOST_NAMED = 3
#: More than any page holds, in whatever counts: a page is one passage.
_WHOLE_PAGE = 10**9


def find_ground(
    behind: CollectionStore,
    wish: str,
    *,
    page_number: int | None = None,
    only: DocumentFilter | None = None,
) -> Ground:
    """The passages of the page that the wish or `page_number` names, else those that a search finds best.

    `only` limits it to documents. Where several have such a page, the one that says most of the wish is
    meant. Raises NoSuchPage, NoSuchDocument, EmptyCollection, and the errors of the embedder.
    """
    documents_to_search(behind.opened(), only)
    holdings = read_holdings(behind.opened(), only)
    reference = read_reference(wish)
    if page_number is not None:
        reference = replace(reference, page_number=page_number)
    if reference.document is not None:
        among = meant(behind.opened(), holdings, reference.document)
        if not among:
            raise _no_such_document(reference.document, holdings)
    else:
        among = holdings
    if reference.page_number is not None:
        return _page_ground(behind, reference, reference.page_number, among)
    return _searched_ground(behind, reference, among if reference.document is not None else (), only)


def _page_ground(
    behind: CollectionStore, reference: Reference, number: int, among: Sequence[Holding]
) -> Ground:
    having = [holding for holding in among if 1 <= number <= holding.info.page_count]
    if not having:
        raise _no_such_page(number, among)
    holding = having[0] if len(having) == 1 else _best_of(behind, reference, number, having)
    passages = _page_passages(behind, holding, number)
    if not any(map(_shown, passages)):
        raise NoSuchPage(
            f"Page {number} of {holding.shown_name} holds no text that something can be made from."
        )
    return Ground(reference.subject, passages)


def _best_of(
    behind: CollectionStore, reference: Reference, number: int, having: Sequence[Holding]
) -> Holding:
    """Of several documents with such a page, the one whose page says most of the wish."""
    by_id = {holding.document_id: holding for holding in having}
    if reference.subject:
        only = _these(having)
        found = behind.with_retriever(lambda searcher: searcher.retrieve(reference.subject, _DEEP, only))
        for hit in found.hits:
            if hit.page_number <= number <= hit.page_end and hit.document_id in by_id:
                return by_id[hit.document_id]
    names = [holding.shown_name for holding in having[:_MOST_NAMED]]
    raise NoSuchPage(
        f"{len(having)} documents have a page {number}: {listed(names, len(having))}. Say of which, as in "
        f"“page {number} of {names[0]}”."
    )


def _page_passages(behind: CollectionStore, holding: Holding, number: int) -> tuple[Passage, ...]:
    pages = behind.opened().pages(holding.document_id)
    pieces = cut_pieces(holding, pages, frozenset([number]), _WHOLE_PAGE, len)
    return tuple(neutralised(passage) for piece in pieces for passage in piece.passages)


def _searched_ground(
    behind: CollectionStore, reference: Reference, named: Sequence[Holding], only: DocumentFilter | None
) -> Ground:
    within = _these(named) if named else only
    found = behind.with_retriever(lambda searcher: searcher.retrieve(reference.subject, _HITS, within))
    passages = (neutralised(passage_of(hit, number)) for number, hit in enumerate(found.hits, 1))
    told = tuple(passage for passage in passages if _shown(passage))
    if not told:
        raise NoSuchDocument(f"The documents hold nothing about {reference.subject!r}. Word it otherwise.")
    return Ground(reference.subject, told)


def passage_of(hit: Hit, number: int) -> Passage:
    """The hit with its sentences as spans."""
    spans = tuple(
        Span(
            hit.start + start,
            hit.start + end,
            hit.page_number,
            f"page {hit.page_number}",
            hit.text[start:end],
        )
        for start, end in sentence_spans(hit.text)
    ) or (Span(hit.start, hit.end, hit.page_number, f"page {hit.page_number}", hit.text),)
    return Passage(number, hit.document_id, hit.document, hit.title, hit.headings, spans, hit.text)


def _shown(passage: Passage) -> bool:
    return bool(without_notes(passage.text))


def _these(holdings: Sequence[Holding]) -> DocumentFilter:
    return DocumentFilter(documents=tuple(holding.document for holding in holdings))


def _no_such_page(number: int, among: Sequence[Holding]) -> NoSuchPage:
    if len(among) != 1:
        return NoSuchPage(f"None of these {len(among)} documents has a page {number}.")
    (holding,) = among
    count = holding.info.page_count
    pages = "1 page" if count == 1 else f"{count:,} pages"
    return NoSuchPage(
        f"{holding.shown_name} has {pages}, and so no page {number}. Name one from 1 to {count:,}."
    )


def _no_such_document(phrase: str, holdings: Sequence[Holding]) -> NoSuchDocument:
    names = [holding.shown_name for holding in holdings[:_MOST_NAMED]]
    return NoSuchDocument(f"No document here is called {phrase!r}. There is {listed(names, len(holdings))}.")
