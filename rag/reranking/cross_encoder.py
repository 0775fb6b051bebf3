"""Any cross-encoder with one score that sentence-transformers reads, on a GPU where there is one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ingest.embedding.weights import weights_sha256
from rag.cross_encoders import load_cross_encoder, raw_outputs
from rag.errors import RerankerUnusable
from rag.reranking.protocol import RerankerIdentity

_BATCH = 32
_LARGEST_OUTPUT = 700.0


def identity_of_folder(model: str, folder: Path, cache_folder: Path) -> RerankerIdentity:
    """The identity of the cross-encoder in a folder, without loading it.

    Raises RerankerUnusable where the folder holds another kind of model: its missing last layer would be
    filled with chance. IngestError where its weights are missing.
    """
    config, sentence = _read(folder / "config.json"), _read(folder / "config_sentence_transformers.json")
    architectures = [str(name) for name in config.get("architectures") or ()]
    if sentence.get("model_type") != "CrossEncoder" and not any(
        name.endswith("ForSequenceClassification") for name in architectures
    ):
        found = ", ".join(architectures) or "what it is, it does not say"
        raise RerankerUnusable(
            f"{folder} holds no cross-encoder ({found}), so it cannot re-score hits. Name the folder of one, "
            "such as ms-marco-MiniLM-L6-v2, or leave the reranker out."
        )
    return RerankerIdentity(model, weights_sha256(folder, cache_folder))


class CrossEncoderReranker:
    """A Reranker over `sentence_transformers.CrossEncoder`: half precision on CUDA, else full precision.

    A score is the sigmoid of the model's one output, whatever activation the model was saved with. A pair
    beyond `max_tokens` is cut at its longer side. Nothing is looked for outside the folder.
    """

    def __init__(self, folder: Path, identity: RerankerIdentity) -> None:
        """Raises RerankerUnusable where the model cannot be loaded or gives more than one score."""
        try:
            self._model: Any = load_cross_encoder(folder)
        except Exception as error:  # transformers raises of every kind for what it cannot read
            raise RerankerUnusable(
                f"The cross-encoder in {folder} could not be loaded: {type(error).__name__}: {error}. Fetch "
                "it again, or leave the reranker out."
            ) from error
        labels = self._model.num_labels
        if labels != 1:
            raise RerankerUnusable(
                f"The cross-encoder in {folder} gives {labels} scores for a text, one for each of its "
                "labels; which of them says that a text answers is not known. Name one that gives a single "
                "score, or leave the reranker out."
            )
        self._identity = identity
        self._activation = raw_outputs()
        special_tokens = self._model.tokenizer.num_special_tokens_to_add(pair=True)
        self._max_tokens = int(self._model.max_seq_length - special_tokens)

    @property
    def identity(self) -> RerankerIdentity:
        return self._identity

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        if self._model is None:
            raise ValueError("this reranker was closed")
        if not texts:
            return []
        outputs = self._model.predict(
            [(query, text) for text in texts],
            batch_size=_BATCH,
            prompt="",
            activation_fn=self._activation,
            show_progress_bar=False,
        )
        # In float64: in float32 the best would all be 1. Beyond the largest output exp overflows.
        exact = np.clip(np.asarray(outputs, dtype=np.float64), -_LARGEST_OUTPUT, _LARGEST_OUTPUT)
        return [float(score) for score in 1.0 / (1.0 + np.exp(-exact))]

    def close(self) -> None:
        self._model = None


def _read(file: Path) -> dict[str, Any]:
    """A folder's JSON object; empty where it is missing."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise RerankerUnusable(f"{file} could not be read ({error}). Fetch the model again.") from error
    return content if isinstance(content, dict) else {}
