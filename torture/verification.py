"""Is anything lost? A store after an accident, against what was acknowledged before it."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from ingest.errors import CollectionNotFound, StoreError
from ingest.store import lexical
from ingest.store.layout import StoreLayout
from ingest.store.store import Store
from ingest.store.words import sought_terms
from torture.contents import Contents, HeldDocument, read_contents
from torture.workplace import Workplace

_UNIQUE_WORD = re.compile(r"\bq[a-z]{12}x\b")
_SIMILARITY_TOLERANCE = 1e-4
_QUERIES = 6
_WORDS = ("store keeps page", "page-page the of", "unheard")
_WORD_HITS = 1_000


def violations(
    workplace: Workplace, folder: Path, acknowledged: Collection[str], *, done: bool = False
) -> list[str]:
    """What does not hold of the store in the folder, in words; empty if all does.

    An acknowledged path must have the content from after the script, any other that from before or after,
    each whole. With `done`, every path must have the content from after it.
    """
    try:
        store = Store.open(folder)
    except CollectionNotFound as error:
        if workplace.before or acknowledged or done:
            return [f"the store is gone: {error}"]
        return []
    except StoreError as error:
        return [f"the store does not open: {error}"]
    with store:
        problems = [f"check() says: {line}" for line in store.check()]
        if problems:
            return problems
        contents = read_contents(store)
        return [
            *_wrong_paths(workplace, contents, acknowledged, done),
            *_counted_twice(store, contents),
            *_unfound(store, contents),
            *dense_disagreements(store, contents),
            *word_disagreements(store),
        ]


def _wrong_paths(
    workplace: Workplace, contents: Contents, acknowledged: Collection[str], done: bool
) -> Iterator[str]:
    found = {held.path: held.fingerprint for held in contents.documents}
    for path in sorted({*workplace.before, *workplace.after, *found}):
        before, after, now = workplace.before.get(path), workplace.after.get(path), found.get(path)
        if now == after:
            continue
        if done:
            yield f"{path} is {_state(now, before)} after a run that completed"
        elif path in acknowledged:
            yield f"{path} was acknowledged and is {_state(now, before)}"
        elif now != before:
            yield f"{path} is {_state(now, before)}: neither as before nor as after"


def _state(now: str | None, before: str | None) -> str:
    if now is None:
        return "gone"
    return "as before" if now == before else "of another content"


def _counted_twice(store: Store, contents: Contents) -> Iterator[str]:
    paths = Counter(held.path for held in contents.documents)
    yield from (f"{path} is there {count} times" for path, count in paths.items() if count > 1)
    documents = {held.document_id: held for held in contents.documents}
    chunks = sum(len(held.chunk_ids) for held in documents.values())
    statistics = store.statistics()
    if (statistics.documents, statistics.chunks) != (len(documents), chunks):
        yield (
            f"{statistics.documents} documents with {statistics.chunks} chunks, "
            f"where the paths lead to {len(documents)} with {chunks}"
        )


def _unfound(store: Store, contents: Contents) -> Iterator[str]:
    rows = {chunk_id: row for row, chunk_id in enumerate(contents.ids)}
    for held in {held.document_id: held for held in contents.documents}.values():
        yield from _unfound_words(store, held)
        chunk_id = held.chunk_ids[len(held.chunk_ids) // 2]
        vector = contents.vectors[rows[chunk_id]]
        hits = store.search_dense(vector, 1, frozenset({held.document_id}))
        if not hits or abs(hits[0][1] - 1) > _SIMILARITY_TOLERANCE:
            yield f"{held.path}: a search for the vector of its chunk {chunk_id} gives {hits}"


def _unfound_words(store: Store, held: HeldDocument) -> Iterator[str]:
    text = "\n".join(page.text for page in store.pages(held.document_id))
    words = list(dict.fromkeys(_UNIQUE_WORD.findall(text)))
    if not words:
        yield f"{held.path} has lost its unique words"
    for word in {words[0], words[len(words) // 2], words[-1]} if words else ():
        found = store.chunks([chunk_id for chunk_id, _ in store.search_lexical(word, 50)])
        if not found or {chunk.document_id for chunk in found.values()} != {held.document_id}:
            yield f"{held.path}: a search for its word {word!r} gives {sorted(found)}"


def dense_disagreements(store: Store, contents: Contents, seed: int = 0) -> Iterator[str]:
    """Where a search by vector gives anything else than comparing with every stored vector."""
    if not len(contents.ids):
        if store.search_dense(np.eye(1, store.identity.dimension, dtype=np.float32)[0], 5):
            yield "an empty store finds something"
        return
    chance = np.random.default_rng(seed)
    chosen = chance.integers(len(contents.ids), size=_QUERIES)
    noise = chance.normal(size=(_QUERIES, contents.vectors.shape[1]), scale=0.05)
    queries = (contents.vectors[chosen] + noise).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    similarity_of = {chunk_id: row for row, chunk_id in enumerate(contents.ids)}
    for query, k in zip(queries, (1, 5, 10, 50, len(contents.ids), len(contents.ids) + 9), strict=True):
        exact = contents.vectors @ query
        hits = store.search_dense(query, k)
        yield from _unequal(hits, exact, similarity_of, min(k, len(exact)))


def _unequal(
    hits: Sequence[tuple[int, float]], exact: np.ndarray, row_of: dict[int, int], k: int
) -> Iterator[str]:
    ids = [chunk_id for chunk_id, _ in hits]
    if len(hits) != k or len(set(ids)) != k:
        yield f"{len(set(ids))} different chunks of {k} found by vector"
        return
    unknown = [chunk_id for chunk_id in ids if chunk_id not in row_of]
    if unknown:
        yield f"chunks {unknown} found by vector are not in the database"
        return
    found = np.array([similarity for _, similarity in hits])
    if np.abs(found - exact[[row_of[chunk_id] for chunk_id in ids]]).max() > _SIMILARITY_TOLERANCE:
        yield "a similarity found by vector is not that of the stored vector"
    if np.abs(found - np.sort(exact)[::-1][:k]).max() > _SIMILARITY_TOLERANCE:
        yield "a nearer chunk than those found by vector lies in the database"


def word_disagreements(store: Store) -> Iterator[str]:
    """Where a search by words gives anything else than FTS5's own over the same index."""
    with closing(sqlite3.connect(StoreLayout(store.folder).database)) as connection:
        for query in _WORDS:
            found = store.search_lexical(query, _WORD_HITS)
            expected = lexical.search(connection, sought_terms(query), _WORD_HITS)
            if [chunk_id for chunk_id, _ in found] != [chunk_id for chunk_id, _ in expected]:
                yield f"a search for {query!r} gives {found[:5]}, where FTS5 gives {expected[:5]}"
            elif not np.allclose([score for _, score in found], [score for _, score in expected], rtol=1e-9):
                yield f"a search for {query!r} gives other scores than FTS5"
