"""Why a hit stands where it stands, and why a page that one hoped for does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.document_filter import DocumentFilter
from ingest.indexing import letters_and_digits_apart
from ingest.types import distinct_names
from rag.errors import NoSuchDocument
from rag.hits import ArmScore, Hit
from rag.retrieval import Retriever
from rag.terms import content_terms

#: A place is looked at with all its chunks; more than this no page has.
_MOST_CHUNKS = 10_000


@dataclass(frozen=True, slots=True)
class Explanation:
    """One hit of a search, with the question's words that it has and has not, in the question's order.

    Words are compared by a light stem. They are of the chunk and what stands above it (names, headings, how
    its page begins), as they are searched; meaning may find what shares none of them.
    """

    hit: Hit
    shared: tuple[str, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """The best that a document, or one page of it, has for a question, beside what was found.

    `rank` is the place of its best chunk among all that were looked at, None where none was: `best` is then
    the best of its chunks among themselves. Its `dense` and `lexical` scores compare with `last_dense` and
    `last_lexical`, the lowest that an arm brought from everywhere: below those a chunk is not looked at.
    `said_by` is the better hit that says all that the best chunk says, which is shown in its stead.
    """

    best: Explanation | None
    rank: int | None
    looked_at: int
    last_dense: ArmScore | None
    last_lexical: ArmScore | None
    said_by: Hit | None = None


def explain_hits(query: str, hits: Sequence[Hit]) -> tuple[Explanation, ...]:
    """The hits with their words."""
    return tuple(_explained(query, hit) for hit in hits)


def explain_missed(
    retriever: Retriever, query: str, count: int, document: str, page_number: int | None
) -> Missed:
    """Why a document, or a page of it, is not among the `count` first hits of a search everywhere.

    Raises EmptyCollection; NoSuchDocument where nothing matches, and for a page that the document lacks.
    """
    everywhere = retriever.retrieve(query, count, all_looked_at=True, fold=False).hits
    only = DocumentFilter(documents=document)
    there = retriever.retrieve(query, _MOST_CHUNKS, only, all_looked_at=True, fold=False).hits
    if page_number is not None:
        there = tuple(hit for hit in there if hit.page_number <= page_number <= hit.page_end)
        if not there:
            raise NoSuchDocument(
                f"Page {page_number} of {document!r} holds no text that could be found. `refdesk show` shows "
                "what was read."
            )
    of_the_place = {hit.chunk_id for hit in there}
    found = next((hit for hit in everywhere if hit.chunk_id in of_the_place), None)
    best = found or next(iter(there), None)
    shown = retriever.retrieve(query, count, all_looked_at=True).hits
    stands = None if found is None else _standing(found, shown)
    return Missed(
        best=None if best is None else _explained(query, best),
        rank=None if stands is None else stands.rank,
        said_by=None if found is None or stands is None or stands.chunk_id == found.chunk_id else stands,
        looked_at=len(shown),
        last_dense=_last([hit.dense for hit in everywhere]),
        last_lexical=_last([hit.lexical for hit in everywhere]),
    )


def _standing(found: Hit, shown: Sequence[Hit]) -> Hit | None:
    """The hit that is shown for this one: itself, or the one that it is a further place of."""
    return next(
        (
            hit
            for hit in shown
            if found.chunk_id in (hit.chunk_id, *(place.chunk_id for place in hit.repeats))
        ),
        None,
    )


def _explained(query: str, hit: Hit) -> Explanation:
    place = " ".join((*distinct_names(hit.name, hit.title), *hit.headings, hit.opening))
    held = set(content_terms(letters_and_digits_apart(f"{place} {hit.text}")))
    asked = list(dict.fromkeys(content_terms(letters_and_digits_apart(query))))
    return Explanation(
        hit,
        shared=tuple(term for term in asked if term in held),
        lacking=tuple(term for term in asked if term not in held),
    )


def _last(scores: Sequence[ArmScore | None]) -> ArmScore | None:
    return max((score for score in scores if score is not None), key=lambda score: score.rank, default=None)
