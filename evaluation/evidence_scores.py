"""What calibration needs to know of each question: its evidence, and what each fusion weight would find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

import numpy as np

from evaluation.collection_system import CollectionSystem
from evaluation.metrics.retrieval import Level, RetrievalScorer
from evaluation.system import in_held_names
from evaluation.types import FoundChunk, Outcome, Question, QuestionSet, Retrieval
from ingest.types import StoredChunk
from rag import Collection, NoSuchDocument
from rag.assembly import Engines
from rag.evidence import evidence
from rag.fusion import convex_fusion
from rag.retrieval import Arms, Retriever

#: Each way of weighing that is tried.
WEIGHTS = tuple(round(step / 20, 2) for step in range(21))
_HITS = 60

Listener = Callable[[int, int], None]
Scores = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def evidence_of(
    collection: Collection,
    questions: Sequence[Question],
    *,
    scoped: bool = False,
    told: Listener = lambda *_: None,
) -> list[float]:
    """Each question's evidence among the hits that an answer would be written from."""
    found = []
    for number, question in enumerate(questions, start=1):
        scope = question.document if scoped else None
        try:
            hits = collection.search(question.text, collection.settings.passages.hits, document=scope)
        except NoSuchDocument:
            hits = []
        found.append(evidence(question.text, hits))
        told(number, len(questions))
    return found


def weight_scores(
    system: CollectionSystem,
    question_set: QuestionSet,
    level: Level,
    *,
    scoped: bool = False,
    told: Listener = lambda *_: None,
) -> Scores:
    """nDCG@10 of every weight for every question with gold: [questions, weights].

    Both arms search once a question; only the fusion is done anew for each weight.
    """
    collection, store = system.collection, system.store
    scorer, metric = RetrievalScorer(level, cutoffs=(10,)), f"{level}.ndcg@10"
    rows = []
    with closing(Engines(collection.settings, lambda: store.identity)) as engines:
        retriever = Retriever(store, engines.embedder(), collection.settings.retrieval)
        for number, question in enumerate(question_set.questions, start=1):
            held = in_held_names(question, system)
            scope = retriever.documents(held.document) if scoped and held.document else None
            arms = retriever.arms(held.text, _HITS, scope)
            places = store.chunks([*dict(arms.dense), *dict(arms.lexical)])
            outcomes = [Outcome(Retrieval(_fused(arms, weight, places), 0.0)) for weight in WEIGHTS]
            scores = [scorer.score(held, outcome) for outcome in outcomes]
            if all(metric in score for score in scores):
                rows.append([score[metric] for score in scores])
            told(number, len(question_set.questions))
    return np.asarray(rows, dtype=np.float64).reshape(-1, len(WEIGHTS))


def _fused(arms: Arms, weight: float, places: Mapping[int, StoredChunk]) -> tuple[FoundChunk, ...]:
    fused = [
        (places[id], score)
        for id, score in convex_fusion(dict(arms.dense), dict(arms.lexical), weight)
        if id in places
    ]
    return tuple(
        FoundChunk(rank, score, held.document, held.chunk.page_number, held.chunk.page_end, held.chunk.text)
        for rank, (held, score) in enumerate(fused[:_HITS], start=1)
    )
