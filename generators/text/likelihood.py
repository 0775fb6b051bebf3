"""How likely a language model holds a text to be, token by token."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from generators.text.gguf import read_gguf_header
from generators.text.llama_model import LlamaModel
from generators.text.log_probabilities import log_probabilities

_MOST_TOKENS = 2048


class LlamaLikelihood:
    """One GGUF model, asked for probabilities. Texts beyond 2,048 tokens are read that far."""

    def __init__(self, path: Path, identity: str, *, gpu_layers: int = 0) -> None:
        """Raises ModelUnusable."""
        self._identity = identity
        context = min(_MOST_TOKENS, read_gguf_header(path).trained_context_tokens)
        self._model = LlamaModel(path, context_tokens=context, threads=None, gpu_layers=gpu_layers)
        self._context_tokens = context

    @property
    def identity(self) -> str:
        """Names the model and its weights."""
        return self._identity

    def log_likelihood(self, text: str) -> tuple[float, int]:
        """Sum of ln p(token | all before it) over the text's tokens, and how many were predicted.

        The first token is predicted only where the model has a token for a text's beginning. (0.0, 0) where
        nothing was. Raises GenerationFailed.
        """
        tokens = self._model.tokenize(text, markup=False)[: self._context_tokens - 1]
        if self._model.adds_beginning:
            tokens = [self._model.beginning_token, *tokens]
        if len(tokens) < 2:
            return 0.0, 0
        self._model.keep_first(0)
        total = 0.0
        for token, following in pairwise(tokens):
            self._model.evaluate([token])
            (logprob,) = log_probabilities(self._model.logits(), (following,))
            total += logprob
        return total, len(tokens) - 1

    def close(self) -> None:
        self._model.close()
