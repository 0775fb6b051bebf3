"""The weights that make one score of the signals, and what made these weights."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from ingest.embedding.protocol import EmbedderIdentity
from rag.support.signals import Signals

HEAD_FILE = "head.toml"


@dataclass(frozen=True, slots=True)
class Head:
    """A logistic regression: score = 1 / (1 + exp(-(intercept + sum of weight * signal)))."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    def score(self, signals: Signals) -> float:
        """0..1. Raises KeyError where a signal is not there that has a weight."""
        found = signals.as_dict()
        total = self.intercept + sum(weight * found[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-total))


@dataclass(frozen=True, slots=True)
class Heads:
    """One over the words alone, one over words and meaning, which holds for the embedder it was made with."""

    version: int
    words: Head
    meaning: Head
    embedder: str
    embedder_sha256: str

    def knows(self, identity: EmbedderIdentity) -> bool:
        """Whether this embedder's similarities mean what the weights take them for."""
        return (identity.model, identity.weights_sha256) == (self.embedder, self.embedder_sha256)


def load_heads() -> Heads:
    """Those that are shipped."""
    content = tomllib.loads((resources.files("rag.support") / HEAD_FILE).read_text(encoding="utf-8"))
    made_with = content["made_with"]
    return Heads(
        version=content["version"],
        words=_head(content["words"]),
        meaning=_head(content["meaning"]),
        embedder=made_with["embedder"],
        embedder_sha256=made_with["embedder_sha256"],
    )


def _head(table: Mapping[str, object]) -> Head:
    weights, intercept, threshold = table["weights"], table["intercept"], table["threshold"]
    if not isinstance(weights, dict) or not isinstance(intercept, float) or not isinstance(threshold, float):
        raise ValueError(f"{HEAD_FILE} is not as benchmarks/support.py writes it")
    return Head(intercept, {str(name): float(weight) for name, weight in weights.items()}, threshold)
