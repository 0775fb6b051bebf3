"""Whether the passages answer the question, told from what the model makes of them before it writes.

A model that is told to refuse often answers all the same. But what it knows shows between its layers: a
direction there tells questions that a text answers from those that it does not
(https://aclanthology.org/2023.emnlp-main.220/). So a logistic head over the outputs of a few layers at the
prompt's last token, how likely the model finds its refusal, and the words of question and passages decides
before the first word is written. It costs no further evaluation. `benchmarks/answerability.py` trains it.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from generators.text.protocol import PromptRead
from rag.answerability.signs import missing_names, shared_words
from rag.refusal import MODEL_REFUSAL
from rag.types import Passage

#: What is added to the probe's own verdict; each name is a weight in the head's file.
SIGNS = ("probe", "refusal", "refusal_odds", "shared_words", "missing_names", "evidence")

_FURTHEST = 30.0  # where exp() would overflow, the answer is plain anyway


@dataclass(frozen=True, slots=True)
class Head:
    """Trained for one model's weights and one version of one template; of others it knows nothing.

    `probe` is float32 [layers * width] over the layers' outputs, one after another, `probe_bias` its bias.
    `weights` and `bias` are of the logistic regression over `SIGNS`. A score below `threshold` is refused.
    """

    model_sha256: str
    template: str
    template_version: int
    layers: tuple[int, ...]
    probe: NDArray[np.float32]
    probe_bias: float
    weights: Mapping[str, float]
    bias: float
    threshold: float


class AnswerabilityJudge:
    """Scores a prompt that was read: 0 (not answered by its passages) to 1."""

    openings = (MODEL_REFUSAL,)

    def __init__(self, head: Head) -> None:
        self._head = head

    @property
    def threshold(self) -> float:
        """Below it a question is refused where nobody says otherwise."""
        return self._head.threshold

    @property
    def identity(self) -> str:
        """Equal for equal scores of equal prompts."""
        head = self._head
        probe = hashlib.sha256(head.probe.tobytes()).hexdigest()[:16]
        weights = ",".join(f"{name}={head.weights[name]!r}" for name in SIGNS)
        return f"{head.model_sha256}|{head.template}-{head.template_version}|{probe}|{head.bias!r}|{weights}"

    @property
    def layers(self) -> tuple[int, ...]:
        """Whose outputs it wants to see."""
        return self._head.layers

    def score(
        self, question: str, passages: Sequence[Passage], evidence: float, read: PromptRead
    ) -> float | None:
        """None where the engine did not tell what is needed. `evidence` is `rag.evidence`'s."""
        signs = signs_of(self._head, question, passages, evidence, read)
        if signs is None:
            return None
        return _logistic(self._head.bias + sum(self._head.weights[name] * signs[name] for name in SIGNS))


def signs_of(
    head: Head, question: str, passages: Sequence[Passage], evidence: float, read: PromptRead
) -> dict[str, float] | None:
    """The head's inputs by name; None where the engine did not tell what is needed."""
    refusal = read.openings[0] if read.openings else None
    if read.states is None or refusal is None:
        return None
    return {
        "probe": float(read.states.astype(np.float64).reshape(-1) @ head.probe) + head.probe_bias,
        "refusal": -refusal,
        "refusal_odds": -_log_odds(refusal),
        "shared_words": shared_words(question, passages),
        "missing_names": missing_names(question, passages),
        "evidence": evidence,
    }


def load_head(model_sha256: str, template: str, template_version: int) -> Head | None:
    """The shipped head for that model and template; None where there is none."""
    for file in resources.files(__package__ or "rag.answerability").iterdir():
        if not file.name.endswith(".toml"):
            continue
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        if (content["model_sha256"], content["template"], content["template_version"]) != (
            model_sha256,
            template,
            template_version,
        ):
            continue
        with file.with_name(content["probe"]).open("rb") as stream:  # type: ignore[attr-defined]
            probe = np.load(stream, allow_pickle=False)
        return Head(
            model_sha256=model_sha256,
            template=template,
            template_version=template_version,
            layers=tuple(content["layers"]),
            probe=probe,
            probe_bias=content["probe_bias"],
            weights=content["weights"],
            bias=content["bias"],
            threshold=content["threshold"],
        )
    return None


def _log_odds(logprob: float) -> float:
    return logprob - math.log(-math.expm1(min(logprob, -1e-6)))


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-_FURTHEST, min(_FURTHEST, value))))
