"""A natural-language-inference model as support checker: does a source entail the sentence?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ingest.embedding.weights import weights_sha256
from rag.cross_encoders import load_cross_encoder, raw_outputs
from rag.errors import CheckerUnusable
from rag.support.protocol import CheckerIdentity, Claim, Support
from rag.support.words import words

_BATCH = 32
_THRESHOLD = 0.5
#: A sentence of at most this many words ("1889", "Yes") is read behind the question.
_BARE_PHRASE = 3


def identity_of_folder(model: str, folder: Path, cache_folder: Path) -> CheckerIdentity:
    """The identity of the model in a folder, without loading it.

    Raises CheckerUnusable where none of its labels is that of entailment; IngestError where its weights are
    missing.
    """
    _entailment_label(folder)
    return CheckerIdentity(model, weights_sha256(folder, cache_folder))


class EntailmentChecker:
    """A SupportChecker over `sentence_transformers.CrossEncoder`, on a GPU where there is one.

    The score is the probability of the label "entailment", of all sources together or of one alone, whichever
    is higher; from .5 the sentence is supported. It rests on the source with the highest. A pair that is too
    long is cut at its longer side. Nothing is looked for outside the folder.
    """

    def __init__(self, folder: Path, identity: CheckerIdentity) -> None:
        """Raises CheckerUnusable where the model cannot be loaded."""
        self._label = _entailment_label(folder)
        try:
            self._model: Any = load_cross_encoder(folder)
        except Exception as error:  # transformers raises of every kind for what it cannot read
            raise CheckerUnusable(
                f"The model in {folder} could not be loaded: {type(error).__name__}: {error}. Fetch it "
                "again, or name no support checker."
            ) from error
        self._activation = raw_outputs()
        self._identity = identity

    @property
    def identity(self) -> CheckerIdentity:
        return self._identity

    def check(self, claims: Sequence[Claim]) -> list[Support]:
        if self._model is None:
            raise ValueError("this checker was closed")
        pairs: list[tuple[str, str]] = []
        ranges: list[range] = []
        for claim in claims:
            begin = len(pairs)
            pairs += _pairs(claim)
            ranges.append(range(begin, len(pairs)))
        chances = self._entailment(pairs)
        return [_support(chances[own.start : own.stop]) for own in ranges]

    def close(self) -> None:
        self._model = None

    def _entailment(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        if not pairs:
            return []
        outputs = self._model.predict(
            list(pairs),
            batch_size=_BATCH,
            prompt="",
            activation_fn=self._activation,
            show_progress_bar=False,
        )
        exact = np.asarray(outputs, dtype=np.float64)
        odds = np.exp(exact - exact.max(axis=1, keepdims=True))
        return [float(chance) for chance in odds[:, self._label] / odds.sum(axis=1)]


def _pairs(claim: Claim) -> list[tuple[str, str]]:
    """Premise and hypothesis: each source, then all of them with what stands above; none without a word."""
    said = words(claim.text)
    if not claim.sources or not said:
        return []
    hypothesis = f"{claim.question} {claim.text}".strip() if len(said) <= _BARE_PHRASE else claim.text
    whole = "\n".join((*claim.headings, *claim.sources))
    return [(premise, hypothesis) for premise in (*claim.sources, whole)]


def _support(chances: Sequence[float]) -> Support:
    if not chances:
        return Support(0.0, False, None)
    single = chances[:-1]
    return Support(max(chances), max(chances) >= _THRESHOLD, single.index(max(single)))


def _entailment_label(folder: Path) -> int:
    """Where the model's outputs say "entailment", by the names of its labels."""
    file = folder / "config.json"
    try:
        labels = json.loads(file.read_text(encoding="utf-8")).get("id2label")
    except (OSError, ValueError, AttributeError) as error:
        raise CheckerUnusable(f"{file} could not be read ({error}). Fetch the model again.") from error
    named = (
        {str(name).lower(): int(number) for number, name in labels.items()}
        if isinstance(labels, Mapping)
        else {}
    )
    if len(named) < 2 or "entailment" not in named:
        raise CheckerUnusable(
            f"{folder} holds no model for natural-language inference: its labels are "
            f"{', '.join(named) or 'not named'}, and none is 'entailment'. Name the folder of one, such as "
            "nli-deberta-v3-small, or `signals`."
        )
    return named["entailment"]
