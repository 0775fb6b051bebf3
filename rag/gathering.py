"""Ranked chunks become hits: read from the store, numbered, and without repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.store.store import Store
from ingest.types import StoredChunk
from rag.hits import ArmScore, Contributions, Hit, Place
from rag.repeats import KeptTexts

_FEWEST_READ = 16


@dataclass(frozen=True, slots=True)
class Scores:
    """What each arm and the reranker said of chunks, by their ids."""

    dense: Mapping[int, ArmScore]
    lexical: Mapping[int, ArmScore]
    reranked: Mapping[int, ArmScore]


def gather_hits(
    store: Store, ranking: Mapping[int, Contributions], scores: Scores, count: int | None, *, fold: bool
) -> tuple[Hit, ...]:
    """The first `count` of the ranking (None: all of it), which is best first.

    With `fold`, a chunk that says nothing beyond a better hit is no hit of its own but a place more of that
    one, unless the question names its document: who asks of two firms wants to see both. A chunk whose
    document another process removed meanwhile is passed over.
    """
    hits: list[Hit] = []
    kept = KeptTexts()
    for chunk in _read(store, list(ranking), len(ranking) if count is None else count):
        may_fold = fold and not ranking[chunk.id].name
        holder = kept.holding(chunk.chunk.text) if may_fold else None
        if holder is not None:
            hits[holder] = replace(hits[holder], repeats=(*hits[holder].repeats, _place(chunk)))
            continue
        if count is not None and len(hits) == count:
            break
        if fold:
            kept.keep(chunk.chunk.text)
        hits.append(_hit(len(hits) + 1, chunk, ranking[chunk.id], scores))
    return tuple(hits)


def _read(store: Store, ids: Sequence[int], wanted: int) -> Iterator[StoredChunk]:
    """The chunks in this order, some at a time: most of a ranking is never looked at."""
    step = max(wanted + 1, _FEWEST_READ)
    for start in range(0, len(ids), step):
        yield from store.chunks(ids[start : start + step]).values()


def _place(stored: StoredChunk) -> Place:
    chunk = stored.chunk
    return Place(stored.id, stored.document_id, stored.document, chunk.page_number, chunk.page_end)


def _hit(rank: int, stored: StoredChunk, contributions: Contributions, scores: Scores) -> Hit:
    chunk = stored.chunk
    return Hit(
        rank=rank,
        score=contributions.score,
        chunk_id=stored.id,
        document_id=stored.document_id,
        document=stored.document,
        title=stored.title,
        page_number=chunk.page_number,
        page_end=chunk.page_end,
        headings=chunk.headings,
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
        dense=scores.dense.get(stored.id),
        lexical=scores.lexical.get(stored.id),
        contributions=contributions,
        reranked=scores.reranked.get(stored.id),
        opening=chunk.opening,
        name=stored.name,
    )
