"""Fits the head that tells unanswerable questions from the model's own state, and measures it.

    python -m benchmarks.answerability_prompts FOLDER[:COUNT] ... --kept STATES
    python -m benchmarks.answerability --kept STATES [--write]

The first reads the prompts, the second fits within seconds. All figures are of prompts that the head did
not learn from: in five parts, no passage or document in two of them; and set by set, learned from the other
sets alone, which is what a stranger's documents get. The threshold refuses at most a share of the answered
prompts, whichever set they are of. `--write` puts the head into the package.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.answerability.judge import SIGNS

_PROBE_STRENGTH, _HEAD_STRENGTH = 3e-4, 0.1  # inverse L2 penalties
_FOLDS = 5
#: Of the answered prompts of each set at most so many are refused, as far as the sets can tell.
_FALSE_REFUSALS = 0.08
#: Of fewer answered prompts no quantile is taken.
_ENOUGH = 20
_PACKAGE = Path(__file__).resolve().parent.parent / "rag" / "answerability"

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prompts:
    """What was read, row by row; only prompts that are clearly of one kind."""

    states: Numbers
    signs: Numbers
    answered: NDArray[np.bool_]
    sets: NDArray[np.str_]
    kinds: NDArray[np.str_]
    folds: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The probe over the layers' outputs, and the regression over its verdict and the other signs."""

    probe: Numbers
    probe_bias: float
    weights: Numbers
    bias: float

    def scores(self, states: Numbers, signs: Numbers) -> Numbers:
        inputs = np.column_stack([states @ self.probe + self.probe_bias, signs])
        scored: Numbers = 1 / (1 + np.exp(-(inputs @ self.weights + self.bias)))
        return scored


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answerability")
    parser.add_argument("--kept", type=Path, default=Path("answerability-states"))
    parser.add_argument("--write", action="store_true", help="write the head into the package")
    arguments = parser.parse_args()
    prompts = read_prompts(arguments.kept)
    print(f"{len(prompts.answered)} prompts, {prompts.answered.sum()} of them answered by their passages")
    in_parts = np.zeros(len(prompts.answered))
    for fold in range(_FOLDS):
        unseen = prompts.folds == fold
        in_parts[unseen] = fit(prompts, ~unseen).scores(prompts.states[unseen], prompts.signs[unseen])
    threshold = threshold_of(in_parts, prompts)
    print(f"\nIn {_FOLDS} parts, threshold {threshold:.4f}:")
    _tell(in_parts, prompts, threshold)
    by_set = np.zeros(len(prompts.answered))
    for name in np.unique(prompts.sets):
        unseen = prompts.sets == name
        by_set[unseen] = fit(prompts, ~unseen).scores(prompts.states[unseen], prompts.signs[unseen])
    print("\nEach set by a head that learned from the other sets alone, the same threshold:")
    _tell(by_set, prompts, threshold)
    if arguments.write:
        _write(fit(prompts, np.ones(len(prompts.answered), dtype=bool)), threshold)


def read_prompts(kept: Path) -> Prompts:
    rows: list[dict[str, Any]] = []
    states: list[NDArray[np.float16]] = []
    parts: dict[str, NDArray[np.float16]] = {}
    for file in sorted(kept.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["answered"] is None:
                continue
            if row["states"] not in parts:
                parts[row["states"]] = np.load(kept / row["states"], allow_pickle=False)
            rows.append(row)
            states.append(parts[row["states"]][row["place"]])
    return Prompts(
        np.array(states, dtype=np.float64),
        np.array([row["signs"] for row in rows]),
        np.array([row["answered"] for row in rows]),
        np.array([row["set"] for row in rows]),
        np.array([row["kind"] for row in rows]),
        np.array([_fold(f"{row['set']} {row['group']}") for row in rows]),
    )


def fit(prompts: Prompts, rows: NDArray[np.bool_]) -> Fitted:
    """Learned from those rows, each set and kind of as much weight as the others' together allow."""
    answered, weight = prompts.answered, _balanced(prompts, rows)
    learned = np.flatnonzero(rows)
    probe, probe_bias = _logistic(prompts.states[rows], answered[rows], weight[rows], _PROBE_STRENGTH)
    verdicts = np.zeros(len(answered))
    # What the head learns from must be as uncertain as what it will see: of prompts the probe has not seen.
    for fold in range(_FOLDS):
        seen = learned[prompts.folds[learned] != fold]
        unseen = learned[prompts.folds[learned] == fold]
        if not len(unseen) or not len(seen):
            continue
        weights, bias = _logistic(prompts.states[seen], answered[seen], weight[seen], _PROBE_STRENGTH)
        verdicts[unseen] = prompts.states[unseen] @ weights + bias
    inputs = np.column_stack([verdicts, prompts.signs])
    weights, bias = _logistic(inputs[rows], answered[rows], weight[rows], _HEAD_STRENGTH)
    return Fitted(probe, probe_bias, weights, bias)


def threshold_of(scores: Numbers, prompts: Prompts) -> float:
    """The lowest of the sets' quantiles: so no kind of documents pays for another."""
    quantiles = [
        float(np.quantile(scores[of_set], _FALSE_REFUSALS))
        for name in np.unique(prompts.sets)
        if (of_set := (prompts.sets == name) & prompts.answered).sum() >= _ENOUGH
    ]
    if not quantiles:
        raise SystemExit(f"No set has {_ENOUGH} answered prompts yet: read more of them.")
    return min(quantiles)


def _balanced(prompts: Prompts, rows: NDArray[np.bool_]) -> Numbers:
    """Each set counts by the root of its size, and within it both kinds alike: else one set decides."""
    weight = np.zeros(len(prompts.answered))
    for name in np.unique(prompts.sets[rows]):
        of_set = rows & (prompts.sets == name)
        for kind in (True, False):
            of_kind = of_set & (prompts.answered == kind)
            if of_kind.any():
                weight[of_kind] = np.sqrt(of_set.sum()) / of_kind.sum()
    balanced: Numbers = weight * rows.sum() / weight.sum()
    return balanced


def _tell(scores: Numbers, prompts: Prompts, threshold: float) -> None:
    from sklearn.metrics import roc_auc_score

    refused = scores < threshold
    for name in (*np.unique(prompts.sets), "all"):
        of_set = np.ones(len(scores), dtype=bool) if name == "all" else prompts.sets == name
        answered, not_answered = of_set & prompts.answered, of_set & ~prompts.answered
        if not answered.any() or not not_answered.any():
            continue
        print(
            f"{name:24} AUROC {roc_auc_score(prompts.answered[of_set], scores[of_set]):.3f}, false refusals "
            f"{_share(refused[answered])}, true refusals {_share(refused[not_answered])}"
        )


def _share(values: Sequence[bool] | NDArray[np.bool_]) -> str:
    return f"{100 * np.mean(values):.1f}% of {len(values)}"


def _fold(group: str) -> int:
    return int(hashlib.sha256(f"z{group}".encode()).hexdigest(), 16) % _FOLDS


def _logistic(
    inputs: Numbers, wanted: NDArray[np.bool_], weight: Numbers, strength: float
) -> tuple[Numbers, float]:
    """Weights and bias over inputs as they are; they were scaled to unit variance to be fitted."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    fitted = LogisticRegression(C=strength, max_iter=500)
    fitted.fit((inputs - mean) / spread, wanted, sample_weight=weight)
    weights = fitted.coef_[0] / spread
    return weights, float(fitted.intercept_[0] - mean @ weights)


def _write(fitted: Fitted, threshold: float) -> None:
    """Into the files that are there, whose model and template stay."""
    (file,) = _PACKAGE.glob("*.toml")
    kept = file.read_text(encoding="utf-8").split("probe_bias", maxsplit=1)[0]
    figures = {"probe_bias": fitted.probe_bias, "bias": fitted.bias, "threshold": threshold}
    lines = [f"{name} = {value!r}" for name, value in figures.items()]
    lines += ["", "[weights]"]
    lines += [f"{name} = {float(value)!r}" for name, value in zip(SIGNS, fitted.weights, strict=True)]
    file.write_text(kept + "\n".join(lines) + "\n", encoding="utf-8")
    np.save(file.with_suffix(".npy"), fitted.probe.astype(np.float32))


if __name__ == "__main__":
    main()
