"""The words arm beside the library bm25s with the same stemmer, the same stop words and the same texts.

    pip install "refdesk[bench]"
    python -m benchmarks.bm25 DATA...

Each DATA is a question set that brings its documents. Both rank the same chunks, whose texts are as they are
indexed for words, and are asked with letters and digits apart; documents stand where their best chunk does.
bm25s is asked in its Lucene variant with the parameters of the words arm (k1 1.2, b .75) and with its own (k1
1.5). Prints nDCG@10 and paired differences.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine_facts import machine_facts
from evaluation.assembly import collection_of
from evaluation.collection_system import CollectionSystem
from evaluation.datasets import load_question_set
from evaluation.intervals import difference_intervals
from evaluation.metrics.retrieval import RetrievalScorer
from evaluation.system import in_held_names
from evaluation.types import FoundChunk, Outcome, Question, Retrieval
from ingest.indexing import letters_and_digits_apart, lexical_text
from ingest.store.words import STOP_WORDS
from ingest.types import StoredChunk, distinct_names
from rag import Settings

_DEPTH = 10
_HITS = 200
_OURS = "words arm"

#: A question's text to chunk ids, best first.
_Ranking = Callable[[str], Sequence[int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path, nargs="+")
    print(machine_facts()["machine"])
    for path in parser.parse_args().data:
        print("\n".join(_compared(path)), flush=True)


def _compared(path: Path) -> list[str]:
    question_set = load_question_set(path)
    collection, _ = collection_of(question_set, Settings())
    with closing(CollectionSystem(collection)) as system:
        names = system.store.document_names()
        chunks = [chunk for document in sorted(names) for chunk in system.store.document_chunks(document)]
        texts = [_indexed(chunk, names[chunk.document_id]) for chunk in chunks]
        ids = [chunk.id for chunk in chunks]
        rankings: dict[str, _Ranking] = {
            _OURS: lambda query: [id for id, _ in system.store.search_lexical(query, _HITS)],
            "bm25s, k1 1.2": _bm25s(ids, texts, k1=1.2),
            "bm25s, k1 1.5": _bm25s(ids, texts, k1=1.5),
        }
        questions = [in_held_names(one, system) for one in question_set.questions if one.gold]
        shown = {chunk.id: chunk for chunk in chunks}
        scores = {name: _scores(ranking, questions, shown) for name, ranking in rankings.items()}
    lines = [f"\n{question_set.name}: {len(chunks)} chunks, {len(questions)} questions"]
    for name, found in scores.items():
        line = f"  {name}: nDCG@{_DEPTH} {statistics.fmean(found):.4f}"
        if name != _OURS:
            difference = np.subtract(scores[_OURS], found)
            low, high = difference_intervals(difference, span=1.0)
            line += f"; the words arm is {difference.mean():+.4f} off it ({low:+.4f} to {high:+.4f})"
        lines.append(line)
    return lines


def _indexed(chunk: StoredChunk, name: str) -> str:
    own = chunk.chunk
    return lexical_text(distinct_names(name, chunk.title), own.headings, own.text, own.opening)


def _bm25s(ids: Sequence[int], texts: Sequence[str], k1: float) -> _Ranking:
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("porter")

    def words(some: Sequence[str]) -> Any:
        return bm25s.tokenize(
            list(some),
            token_pattern=r"[^\W_]+",
            stopwords=sorted(STOP_WORDS),
            stemmer=stemmer,
            show_progress=False,
        )

    index = bm25s.BM25(method="lucene", k1=k1, b=0.75)
    index.index(words(texts), show_progress=False)

    def rank(query: str) -> Sequence[int]:
        found, _ = index.retrieve(
            words([letters_and_digits_apart(query)]), k=min(_HITS, len(ids)), show_progress=False
        )
        return [ids[place] for place in found[0]]

    return rank


def _scores(ranking: _Ranking, questions: Sequence[Question], shown: dict[int, StoredChunk]) -> list[float]:
    scorer, metric = RetrievalScorer("document", cutoffs=(_DEPTH,)), f"document.ndcg@{_DEPTH}"
    scores = []
    for question in questions:
        hits = tuple(
            FoundChunk(rank, 0.0, shown[id].document, 1, 1, "")
            for rank, id in enumerate(ranking(question.text), start=1)
        )
        scores.append(scorer.score(question, Outcome(Retrieval(hits, 0.0)))[metric])
    return scores


if __name__ == "__main__":
    main()
