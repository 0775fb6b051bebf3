"""Trains the head that tells unanswerable questions from the model's own state, and measures it.

    python -m benchmarks.answerability QUESTIONS [--foreign FOLDER ...] [--kept STATES.npz] [--write]

QUESTIONS is a folder as `refdesk eval run` takes it, whose `queries.jsonl` names each question's passage
(`passage_id`); its documents are read into a collection. The questions of each FOLDER are asked of the same
collection, which does not answer them: the first half of these folders to train with, the others to measure.
Passages whose id has an even SHA-256 train, the others measure: no passage is on both sides. Each question
costs the reading of its prompt, about 2 s on two cores; `--kept` remembers what was read. `--write` puts the
head into the package.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.assembly import collection_of
from evaluation.datasets import load_question_set
from generators.settings import GeneratorSettings
from generators.text.protocol import GenerationRequest, Message, PromptRead, TextGenerator
from rag import Settings
from rag.answerability.judge import SIGNS, AnswerabilityJudge
from rag.answerability.signs import missing_names, shared_words
from rag.evidence import evidence
from rag.passages import Picking
from rag.prompts import load_template

LAYERS = (16, 20, 24)
_PROBE_STRENGTH, _HEAD_STRENGTH = 3e-4, 0.1  # inverse L2 penalties
_FOLDS = 5
_FALSE_REFUSALS = 0.04
_PACKAGE = Path(__file__).resolve().parent.parent / "rag" / "answerability"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, whether it is answerable, and the side it is on."""

    text: str
    group: str
    answerable: bool
    own: bool
    trains: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("--foreign", type=Path, nargs="*", default=[])
    parser.add_argument("--foreign-each", type=int, default=60)
    parser.add_argument("--kept", type=Path, default=Path("answerability-states.npz"))
    parser.add_argument("--write", action="store_true", help="write the head into the package")
    arguments = parser.parse_args()
    asked = _asked(arguments.questions, arguments.foreign, arguments.foreign_each)
    states, signs = _read(arguments.questions, asked, arguments.kept)
    trained = _train(asked, states, signs)
    if arguments.write:
        _write(trained)


def _asked(questions: Path, foreign: list[Path], each: int) -> list[Asked]:
    found = []
    for record in _records(questions):
        even = int(hashlib.sha256(record["passage_id"].encode()).hexdigest(), 16) % 2 == 0
        found.append(Asked(record["text"], record["passage_id"], record["answerable"], True, even))
    for place, folder in enumerate(foreign):
        trains = place < (len(foreign) + 1) // 2
        found += [
            Asked(record["text"], f"{folder.name} {record['id']}", False, False, trains)
            for record in _records(folder)[:each]
        ]
    return found


def _records(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _read(questions: Path, asked: list[Asked], kept: Path) -> tuple[np.ndarray, np.ndarray]:
    """The layers' outputs [questions, layers * width], and the other signs in the order of `SIGNS`."""
    if kept.is_file():
        with np.load(kept) as loaded:
            if len(loaded["states"]) == len(asked):
                return loaded["states"].astype(np.float64), loaded["signs"]
    settings = Settings(generator=GeneratorSettings(layer_outputs=True))
    states, signs = [], []
    collection, _ = collection_of(load_question_set(questions), settings)
    with collection:
        collection.load()
        for number, question in enumerate(asked, start=1):
            read, row = _prompt_read(collection, settings, question.text)
            states.append(read.reshape(-1).astype(np.float32))
            signs.append(row)
            if number % 50 == 0:
                print(f"{number} of {len(asked)} read", flush=True)
    np.savez_compressed(kept, states=np.array(states), signs=np.array(signs))
    return np.array(states, dtype=np.float64), np.array(signs)


def _prompt_read(collection: Any, settings: Settings, question: str) -> tuple[np.ndarray, list[float]]:
    behind, generator = collection._behind, collection._engines.generator()
    found = behind.with_retriever(lambda searcher: searcher.retrieve(question, settings.passages.hits, None))
    passages = Picking(
        question,
        found.query_vector,
        found.hits,
        generator.count_tokens,
        collection._engines.embedder(),
        behind.opened(),
    ).pick(settings.passages.wanted_tokens(accelerated=False))
    messages = load_template(settings.answer.template).messages(question, passages)
    read = _first(generator, messages)
    refusal = read.openings[0]
    if read.states is None or refusal is None:
        raise SystemExit("This engine does not tell what passes between its layers.")
    odds = np.log(-np.expm1(min(refusal, -1e-6))) - refusal
    return read.states, [
        -refusal,
        odds,
        shared_words(question, passages),
        missing_names(question, passages),
        evidence(question, found.hits),
    ]


def _first(generator: TextGenerator, messages: tuple[Message, ...]) -> PromptRead:
    request = GenerationRequest(
        messages, max_tokens=1, signals=True, openings=AnswerabilityJudge.openings, layers=LAYERS
    )
    first = next(iter(generator.stream(request)))
    if not isinstance(first, PromptRead):
        raise SystemExit("The stream ended before its prompt was read.")
    return first


def _train(asked: list[Asked], states: np.ndarray, signs: np.ndarray) -> dict[str, Any]:
    from sklearn.metrics import roc_auc_score

    answerable = np.array([question.answerable for question in asked])
    own = np.array([question.own for question in asked])
    trains = np.array([question.trains for question in asked])
    rows = np.flatnonzero(trains)
    probe, probe_bias = _logistic(states[rows], answerable[rows], _PROBE_STRENGTH)
    verdicts = states @ probe + probe_bias
    # What the head learns from must be as uncertain as what it will see: of questions the probe has not seen.
    folds = np.array([int(hashlib.sha256(f"z{q.group}".encode()).hexdigest(), 16) % _FOLDS for q in asked])
    for fold in range(_FOLDS):
        seen, unseen = rows[folds[rows] != fold], rows[folds[rows] == fold]
        weights, bias = _logistic(states[seen], answerable[seen], _PROBE_STRENGTH)
        verdicts[unseen] = states[unseen] @ weights + bias
    inputs = np.column_stack([verdicts, signs])
    weights, bias = _logistic(inputs[rows], answerable[rows], _HEAD_STRENGTH)
    scores = 1 / (1 + np.exp(-(inputs @ weights + bias)))
    threshold = float(np.quantile(scores[trains & own & answerable], _FALSE_REFUSALS))
    measured, refused = ~trains & own, scores < threshold
    print(f"AUROC {roc_auc_score(answerable[measured], scores[measured]):.3f}, {measured.sum()} questions")
    print(f"false refusals {refused[measured & answerable].mean():.3f}")
    print(f"true refusals {refused[measured & ~answerable].mean():.3f}")
    if (foreign := ~trains & ~own).any():
        print(f"foreign questions refused {refused[foreign].mean():.3f} of {foreign.sum()}")
    return {
        "probe": probe.astype(np.float32),
        "probe_bias": probe_bias,
        "weights": dict(zip(SIGNS, map(float, weights), strict=True)),
        "bias": bias,
        "threshold": threshold,
    }


def _logistic(inputs: np.ndarray, wanted: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    """Weights and bias over inputs as they are; they were scaled to unit variance to be fitted."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    fitted = LogisticRegression(C=strength, max_iter=500).fit((inputs - mean) / spread, wanted)
    weights = fitted.coef_[0] / spread
    return weights, float(fitted.intercept_[0] - mean @ weights)


def _write(trained: dict[str, Any]) -> None:
    """Into the files that are there, whose model and template stay."""
    (file,) = _PACKAGE.glob("*.toml")
    kept = file.read_text(encoding="utf-8").split("probe_bias", maxsplit=1)[0]
    lines = [f"{name} = {trained[name]!r}" for name in ("probe_bias", "bias", "threshold")]
    lines += ["", "[weights]", *(f"{name} = {value!r}" for name, value in trained["weights"].items())]
    file.write_text(kept + "\n".join(lines) + "\n", encoding="utf-8")
    np.save(file.with_suffix(".npy"), trained["probe"])


if __name__ == "__main__":
    main()
