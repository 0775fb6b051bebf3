"""The support checker beside people's judgement, and the training of its head.

    python -m benchmarks.support ITEMS.jsonl [--write] [--by-context]

ITEMS.jsonl has objects with id, context, response and label; "Fully attributable" is what a checker should
call supported, any other label is not. Items whose hash is even train the head and choose its threshold, the
others measure it, beside plain measures of overlap. `--write` writes what was trained to the package;
without it, what is shipped is measured. `--by-context` halves by the context instead of the id, so that no
context is on both sides, and trains for that alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.machine_facts import machine_facts
from benchmarks.support_fit import (
    Flags,
    Floats,
    accuracy,
    auroc,
    best_threshold,
    calibration,
    difference,
    f1,
    fit,
)
from evaluation.metrics.rouge import BestRouge
from evaluation.metrics.squad import normalise, token_f1
from ingest.embedding.protocol import Embedder
from rag.assembly import Engines
from rag.sentences import sentence_spans
from rag.settings import Settings
from rag.support.head import HEAD_FILE, Head, Heads, load_heads
from rag.support.protocol import Claim
from rag.support.rules import broken_rule, statement_of
from rag.support.signal_checker import SignalChecker

_POSITIVE = "Fully attributable"
_SHIPPED = Path(__file__).resolve().parent.parent / "rag" / "support" / HEAD_FILE


@dataclass(frozen=True, slots=True)
class Item:
    """A response with what it should stand on, and whether people say that it does."""

    id: str
    context: str
    response: str
    positive: bool

    def claim(self) -> Claim:
        spans = sentence_spans(self.context)
        return Claim(self.response, tuple(self.context[start:end] for start, end in spans))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("items", type=Path)
    parser.add_argument("--write", action="store_true", help="train, and write the weights to the package")
    parser.add_argument("--by-context", action="store_true", help="train with no context on both sides")
    arguments = parser.parse_args()
    items = read_items(arguments.items)
    by_context = bool(arguments.by_context)
    training = [item for item in items if _in_training(item.context if by_context else item.id)]
    measured = [item for item in items if not _in_training(item.context if by_context else item.id)]
    print(machine_facts()["machine"])
    print(f"{len(items)} items: {len(training)} to train with, {len(measured)} to measure")
    embedder = Engines(Settings()).embedder()
    if arguments.write or by_context:
        heads = trained(training, embedder)
        if arguments.write and not by_context:
            _SHIPPED.write_text(_as_toml(heads, arguments.items.parent.name, training), encoding="utf-8")
    else:
        heads = load_heads()
    print("\n".join(report(measured, heads, embedder)))


def read_items(file: Path) -> list[Item]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [
        Item(found["id"], found["context"], found["response"], found["label"] == _POSITIVE)
        for found in map(json.loads, lines)
    ]


def _in_training(key: str) -> bool:
    return hashlib.sha256(key.encode()).digest()[0] % 2 == 0


def trained(items: Sequence[Item], embedder: Embedder) -> Heads:
    """Both heads, on the items that break no rule; the thresholds are chosen on all of them."""
    found = [item for item in items if broken_rule(statement_of(item.claim()), item.claim()) is None]
    identity = embedder.identity
    empty = Head(0.0, {}, 0.5)
    heads = Heads(1, empty, empty, identity.model, identity.weights_sha256)
    signals = SignalChecker(heads, embedder).signals([item.claim() for item in found])
    rows = [
        (item, signal.as_dict()) for item, signal in zip(found, signals, strict=True) if signal is not None
    ]
    positive = np.array([item.positive for item, _ in rows])
    names = list(rows[0][1])
    table = np.array([[signal[name] for name in names] for _, signal in rows])
    everything = fit(table, names, positive)
    without = [number for number, name in enumerate(names) if name != "meaning"]
    words = fit(table[:, without], [names[number] for number in without], positive)
    heads = replace(heads, words=words, meaning=everything)
    labels = np.array([item.positive for item in items])
    return replace(
        heads,
        words=replace(words, threshold=best_threshold(_scores(items, heads, None), labels)),
        meaning=replace(everything, threshold=best_threshold(_scores(items, heads, embedder), labels)),
    )


def _scores(items: Sequence[Item], heads: Heads, embedder: Embedder | None) -> Floats:
    checked = SignalChecker(heads, embedder).check([item.claim() for item in items])
    return np.array([support.score for support in checked])


def report(items: Sequence[Item], heads: Heads, embedder: Embedder) -> list[str]:
    """Lines of Markdown."""
    positive = np.array([item.positive for item in items])
    overlap = _overlap(items, embedder)
    checkers = {"checker": embedder, "checker, words alone": None}
    lines = ["", "| | AUROC | accuracy | F1 | checker less this, AUROC |", "| --- | --- | --- | --- | --- |"]
    best = auroc(_scores(items, heads, embedder), positive)
    for name, used in checkers.items():
        support = SignalChecker(heads, used).check([item.claim() for item in items])
        scores = np.array([one.score for one in support])
        called = np.array([one.supported for one in support])
        own = auroc(scores, positive)
        less = "" if used is embedder else difference(own, best)
        lines.append(f"| {name} | {own} | {accuracy(called, positive)} | {f1(called, positive)} | {less} |")
    for name, values in overlap.items():
        own = auroc(values, positive)
        lines.append(f"| {name} | {own} | | | {difference(own, best)} |")
    lines += _calibration_lines(items, heads, embedder, positive)
    lines += _rule_lines(items, positive)
    return [*lines, *_time_lines(items, heads, embedder)]


def _overlap(items: Sequence[Item], embedder: Embedder) -> dict[str, Floats]:
    """Plain measures: the response against the whole context."""
    rouge = BestRouge()
    contexts = embedder.embed_documents([item.context for item in items])
    responses = embedder.embed_documents([item.response for item in items])
    return {
        "token F1": np.array([token_f1(item.response, [item.context]) for item in items]),
        "token precision": np.array([_precision(item) for item in items]),
        "ROUGE-L F": np.array([rouge.score(item.response, [item.context])["rougeL"] for item in items]),
        "cosine": np.einsum("ij,ij->i", contexts, responses).astype(np.float64),
    }


def _precision(item: Item) -> float:
    said, stated = normalise(item.response).split(), set(normalise(item.context).split())
    return sum(token in stated for token in said) / len(said) if said else 0.0


def _calibration_lines(items: Sequence[Item], heads: Heads, embedder: Embedder, positive: Flags) -> list[str]:
    rows, error = calibration(_scores(items, heads, embedder), positive)
    lines = ["", "| mean score | share attributable | items |", "| --- | --- | --- |"]
    lines += [f"| {mean:.3f} | {share:.3f} | {count} |" for mean, share, count in rows]
    return [*lines, "", f"Expected calibration error: {error:.3f}"]


def _rule_lines(items: Sequence[Item], positive: Flags) -> list[str]:
    rules = [broken_rule(statement_of(item.claim()), item.claim()) for item in items]
    lines = ["", "| rule broken | items | of them attributable |", "| --- | --- | --- |"]
    for rule in ("number", "name", "negation"):
        own = np.array([found == rule for found in rules])
        lines.append(f"| {rule} | {int(own.sum())} | {int((own & positive).sum())} |")
    return lines


def _time_lines(items: Sequence[Item], heads: Heads, embedder: Embedder) -> list[str]:
    lines = [""]
    for name, used in {"with the embedder": embedder, "words alone": None}.items():
        checker, seconds = SignalChecker(heads, used), []
        for item in items[:300]:
            started = time.perf_counter()
            checker.check([item.claim()])
            seconds.append(time.perf_counter() - started)
        median, tenth, last = np.quantile(seconds, [0.5, 0.9, 0.99]) * 1_000
        lines.append(f"One sentence, {name}: median {median:.1f} ms, p90 {tenth:.1f} ms, p99 {last:.1f} ms")
    return lines


def _as_toml(heads: Heads, data: str, training: Sequence[Item]) -> str:
    lines = [
        "# Written by `python -m benchmarks.support ITEMS.jsonl --write`; docs/benchmarks.md has figures.",
        f"version = {heads.version}",
        "",
        "[made_with]",
        'script = "benchmarks/support.py"',
        f'data = "{data}"',
        'half = "items of which the first byte of the SHA-256 of the id is even"',
        f"items = {len(training)}",
        f"attributable = {sum(item.positive for item in training)}",
        f'embedder = "{heads.embedder}"',
        f'embedder_sha256 = "{heads.embedder_sha256}"',
    ]
    for name, head in (("words", heads.words), ("meaning", heads.meaning)):
        lines += ["", f"[{name}]", f"intercept = {head.intercept}", f"threshold = {head.threshold}"]
        lines += ["", f"[{name}.weights]"]
        lines += [f"{signal} = {weight}" for signal, weight in head.weights.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
