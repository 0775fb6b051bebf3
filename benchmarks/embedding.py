"""How fast each way of embedding is beside sentence-transformers in float32, and what it costs in ranking.

    python -m benchmarks.embedding DATA... [--rounds N] [--speed-only]

Each DATA is a folder with `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`. The arms take turns over the same
short blocks of passages, so that other work on the machine meets all of them; read the ratios. Ranking is
exact search with an arm's own vectors for passages and questions, and, for the integers, with questions in
the other precision too: a store may have been filled on another processor.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.machine_facts import machine_facts
from benchmarks.spread import quartiles
from evaluation.datasets import load_question_set
from evaluation.intervals import difference_intervals
from evaluation.metrics.retrieval import RetrievalScorer
from evaluation.question_rows import corpus_passages, file_name
from evaluation.types import FoundChunk, Outcome, Question, Retrieval
from ingest.embedding.conversion import precision_here
from ingest.embedding.model_folder import read_model_folder
from ingest.embedding.openvino import OpenVinoEmbedder
from ingest.embedding.protocol import Embedder, EmbedderIdentity, Vectors
from ingest.embedding.sentence_transformers import SentenceTransformersEmbedder
from ingest.embedding.weights import weights_sha256
from machine import cache_folder, resolve

_MODEL = "all-minilm-l6-v2"
_REFERENCE = "sentence-transformers, float32"
_FLOAT = "OpenVINO, floating point"
_INTEGERS = "OpenVINO, 8-bit integers"
_BLOCK = 64
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class RankedSet:
    """Passages with their files' names, and the questions that have a relevant one among them."""

    name: str
    passage_names: tuple[str, ...]
    passages: tuple[str, ...]
    questions: tuple[Question, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--speed-only", action="store_true", help="do not embed all passages to rank them")
    arguments = parser.parse_args()
    print(machine_facts()["machine"])
    print(f"Refdesk chooses here: {_INTEGERS if precision_here() == 'int8' else _FLOAT}")
    arms = _arms()
    for folder in arguments.data:
        ranked = read_ranked_set(folder)
        print(f"\n{ranked.name}: {len(ranked.passages)} passages, {len(ranked.questions)} questions")
        print("\n".join(_speed_lines(arms, ranked.passages, arguments.rounds)), flush=True)
        if not arguments.speed_only:
            print("\n".join(_ranking_lines(arms, ranked)), flush=True)
    for arm in arms.values():
        arm.close()


def read_ranked_set(folder: Path) -> RankedSet:
    """Read a set; questions without a relevant passage are left out."""
    found = load_question_set(folder)
    if found.corpus is None:
        raise SystemExit(f"{folder} holds no corpus.jsonl, whose passages could be embedded whole.")
    passages = list(corpus_passages(found.corpus))
    return RankedSet(
        found.name,
        tuple(file_name(identity) for identity, _, _ in passages),
        tuple(f"{title}\n{text}".strip() for _, title, text in passages),
        tuple(question for question in found.questions if question.gold),
    )


def _arms() -> dict[str, Embedder]:
    path, cache = resolve(_MODEL), cache_folder()
    folder = read_model_folder(path)
    identity = EmbedderIdentity(_MODEL, weights_sha256(path, cache), folder.dimension)
    return {
        _REFERENCE: SentenceTransformersEmbedder(folder, identity),
        _FLOAT: OpenVinoEmbedder(folder, identity, cache, "float"),
        _INTEGERS: OpenVinoEmbedder(folder, identity, cache, "int8"),
    }


def _speed_lines(arms: Mapping[str, Embedder], passages: Sequence[str], rounds: int) -> list[str]:
    draw = random.Random(0)
    rates: dict[str, list[float]] = {name: [] for name in arms}
    for arm in arms.values():
        arm.embed_documents(passages[:_BLOCK])
    for _ in range(rounds):
        block = draw.sample(passages, min(_BLOCK, len(passages)))
        for name in draw.sample(list(arms), len(arms)):
            started = time.perf_counter()
            arms[name].embed_documents(block)
            rates[name].append(len(block) / (time.perf_counter() - started))
    lines = []
    for name, found in rates.items():
        ratios = [ours / theirs for ours, theirs in zip(found, rates[_REFERENCE], strict=True)]
        low, middle, high = quartiles(ratios)
        lines.append(
            f"{name}: median {statistics.median(found):.1f} passages/s, {middle:.2f} times "
            f"(quartiles {low:.2f} to {high:.2f}, {rounds} rounds of {_BLOCK})"
        )
    return lines


def _ranking_lines(arms: Mapping[str, Embedder], ranked: RankedSet) -> list[str]:
    passages = {name: arm.embed_documents(ranked.passages) for name, arm in arms.items()}
    questions = {
        name: np.stack([arm.embed_query(question.text) for question in ranked.questions])
        for name, arm in arms.items()
    }
    reference = _scores(passages[_REFERENCE], questions[_REFERENCE], ranked)
    lines = [f"nDCG@{_DEPTH}, {_REFERENCE}: {statistics.fmean(reference):.4f}"]
    for stored, asked in ((_FLOAT, _FLOAT), (_INTEGERS, _INTEGERS), (_INTEGERS, _FLOAT), (_FLOAT, _INTEGERS)):
        found = _scores(passages[stored], questions[asked], ranked)
        low, high = difference_intervals(np.subtract(found, reference), span=1.0)
        relative = 100 * (statistics.fmean(found) / statistics.fmean(reference) - 1)
        agreement = (passages[stored] * passages[_REFERENCE]).sum(axis=1)
        lines.append(
            f"nDCG@{_DEPTH}, passages {stored}, questions {asked}: {statistics.fmean(found):.4f} "
            f"({relative:+.2f}%; difference, 95% paired interval {low:+.4f} to {high:+.4f}); "
            f"cosine to float32: mean {agreement.mean():.5f}, least {agreement.min():.4f}"
        )
    return lines


def _scores(passages: Vectors, questions: Vectors, ranked: RankedSet) -> list[float]:
    order = np.argsort(-(questions @ passages.T), axis=1, kind="stable")[:, :_DEPTH]
    scorer, metric = RetrievalScorer("document", cutoffs=(_DEPTH,)), f"document.ndcg@{_DEPTH}"
    scores = []
    for question, row in zip(ranked.questions, order, strict=True):
        hits = tuple(
            FoundChunk(rank, 0.0, ranked.passage_names[index], 1, 1, "")
            for rank, index in enumerate(row, start=1)
        )
        scores.append(scorer.score(question, Outcome(Retrieval(hits, 0.0)))[metric])
    return scores


if __name__ == "__main__":
    main()
