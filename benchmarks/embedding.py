"""How fast each way of embedding is beside sentence-transformers in float32, and what it costs in ranking.

    python -m benchmarks.embedding DATA... [--rounds N] [--speed-only]

Each DATA is a folder with `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`. The arms take turns over the same
short blocks of passages, so that other work on the machine meets all of them; read the ratios. Ranking is
exact search with an arm's own vectors for passages and questions, and, for the integers, with questions in
the other precision too: a store may have been filled on another processor.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.machine_facts import machine_facts
from benchmarks.scores import paired_interval, quartiles
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
    """Passages, questions, and the grade of each relevant passage by question id and passage id."""

    name: str
    passage_ids: tuple[str, ...]
    passages: tuple[str, ...]
    question_ids: tuple[str, ...]
    questions: tuple[str, ...]
    grades: Mapping[str, Mapping[str, int]]


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
    passages = [
        json.loads(line) for line in (folder / "corpus.jsonl").read_text("utf-8").splitlines() if line
    ]
    questions = [
        json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines() if line
    ]
    grades: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        question, passage, grade = line.split("\t")
        if int(grade) > 0:
            grades.setdefault(question, {})[passage] = int(grade)
    asked = [question for question in questions if question["id"] in grades]
    return RankedSet(
        folder.name,
        tuple(passage["id"] for passage in passages),
        tuple(f"{passage.get('title') or ''}\n{passage['text']}".strip() for passage in passages),
        tuple(question["id"] for question in asked),
        tuple(question["text"] for question in asked),
        grades,
    )


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], depth: int = _DEPTH) -> float:
    """Normalised discounted cumulative gain, 0..1, of passage ids in rank order, with gains 2^grade - 1.

    sum((2^grade - 1) / log2(rank + 1)) over the first `depth` ranks (from 1), divided by the same sum for the
    best order (https://doi.org/10.1145/1102351.1102363).
    Not to be confused with the variant whose gain is the grade itself.
    """
    best = sorted(grades.values(), reverse=True)
    found = [grades.get(passage, 0) for passage in ranking]
    return _discounted(found[:depth]) / _discounted(best[:depth])


def _discounted(grades: Sequence[int]) -> float:
    return sum(float(2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


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
        name: np.stack([arm.embed_query(text) for text in ranked.questions]) for name, arm in arms.items()
    }
    reference = _scores(passages[_REFERENCE], questions[_REFERENCE], ranked)
    lines = [f"nDCG@{_DEPTH}, {_REFERENCE}: {statistics.fmean(reference):.4f}"]
    for stored, asked in ((_FLOAT, _FLOAT), (_INTEGERS, _INTEGERS), (_INTEGERS, _FLOAT), (_FLOAT, _INTEGERS)):
        found = _scores(passages[stored], questions[asked], ranked)
        low, high = paired_interval(found, reference)
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
    return [
        ndcg([ranked.passage_ids[index] for index in row], ranked.grades[question])
        for question, row in zip(ranked.question_ids, order, strict=True)
    ]


if __name__ == "__main__":
    main()
