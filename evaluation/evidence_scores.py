"""What calibration needs to know of each question: its evidence, and what each fusion weight would find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

import numpy as np

from evaluation.collection_system import CollectionSystem
from evaluation.metrics.retrieval import Level, RetrievalScorer
from evaluation.system import in_held_names
from evaluation.types import FoundChunk, Outcome, Question, Retrieval
from ingest.types import StoredChunk
from rag.assembly import Engines
from rag.evidence import evidence
from rag.hits import Contributions
from rag.retrieval import Retriever

#: Each way of weighing that is tried.
WEIGHTS = tuple(round(step / 20, 2) for step in range(21))
_HITS = 60

Listener = Callable[[int, int], None]
Scores = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def askable(system: CollectionSystem, questions: Sequence[Question], *, scoped: bool) -> tuple[Question, ...]:
    """The questions in the collection's names, without those about a document that it does not hold."""
    held = (in_held_names(question, system) for question in questions)
    return tuple(
        question
        for question in held
        if not scoped or question.document is None or system.held_name(question.document) is not None
    )


def evidence_of(
    system: CollectionSystem,
    questions: Sequence[Question],
    *,
    scoped: bool = False,
    told: Listener = lambda *_: None,
) -> list[float]:
    """The evidence of each askable question among the hits that an answer would be written from."""
    count = system.collection.settings.passages.hits
    found = []
    for number, question in enumerate(questions, start=1):
        scope = question.document if scoped else None
        found.append(evidence(question.text, system.hits(question.text, count, scope)))
        told(number, len(questions))
    return found


def answerability_of(
    system: CollectionSystem,
    questions: Sequence[Question],
    *,
    scoped: bool = False,
    told: Listener = lambda *_: None,
) -> list[float]:
    """What the model's own state says of each askable question: it reads, and writes nothing.

    The collection must ask for an answerability of 1, which no question has. What is refused before the model
    reads counts 0; what is computed by rule is never refused by it, and counts 1.
    """
    found = []
    for number, question in enumerate(questions, start=1):
        document = question.document if scoped else None
        answer = system.collection.ask(question.text, document=document, as_question=True)
        found.append(float(not answer.refused) if answer.answerability is None else answer.answerability)
        told(number, len(questions))
    return found


def weight_scores(
    system: CollectionSystem,
    questions: Sequence[Question],
    level: Level,
    *,
    scoped: bool = False,
    told: Listener = lambda *_: None,
) -> Scores:
    """nDCG@10 of every weight for every askable question with gold: [questions, weights].

    Both arms search once a question; only the fusion is done anew for each weight.
    """
    collection, store = system.collection, system.store
    scorer, metric = RetrievalScorer(level, cutoffs=(10,)), f"{level}.ndcg@10"
    rows = []
    with closing(Engines(collection.settings, lambda: store.identity)) as engines:
        retriever = Retriever(store, engines.embedder(), collection.settings.retrieval)
        for number, question in enumerate(questions, start=1):
            scope = system.document_ids(question.document) if scoped and question.document else None
            arms = retriever.arms(question.text, _HITS, scope)
            places = store.chunks([*dict(arms.dense), *dict(arms.lexical)])
            rankings = [retriever.fused(question.text, arms, scope, weight) for weight in WEIGHTS]
            outcomes = [Outcome(Retrieval(_hits(ranking, places), 0.0)) for ranking in rankings]
            scores = [scorer.score(question, outcome) for outcome in outcomes]
            if all(metric in score for score in scores):
                rows.append([score[metric] for score in scores])
            told(number, len(questions))
    return np.asarray(rows, dtype=np.float64).reshape(-1, len(WEIGHTS))


def _hits(ranking: Mapping[int, Contributions], places: Mapping[int, StoredChunk]) -> tuple[FoundChunk, ...]:
    held = [(places[id], parts.score) for id, parts in ranking.items() if id in places]
    return tuple(
        FoundChunk(rank, score, one.document, one.chunk.page_number, one.chunk.page_end, one.chunk.text)
        for rank, (one, score) in enumerate(held[:_HITS], start=1)
    )
