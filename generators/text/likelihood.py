"""How likely a language model holds a text to be, token by token."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from generators.errors import ModelUnusable
from generators.text.log_probabilities import log_probabilities
from generators.text.token_model import TokenModel
from generators.text.transformers_files import ModelFiles

_MOST_TOKENS = 2048


class TokenLikelihood:
    """One model, asked for probabilities. Texts beyond its context are read that far."""

    def __init__(self, model: TokenModel, identity: str, context_tokens: int) -> None:
        """The model is this one's from now on, and closed with it."""
        self._model = model
        self._identity = identity
        self._context_tokens = context_tokens

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


def llama_likelihood(path: Path, identity: str, lora: Path | None = None) -> TokenLikelihood:
    """By one GGUF model with its adapter, of 2,048 tokens at most. Raises ModelUnusable."""
    from generators.text.gguf import read_gguf_header
    from generators.text.llama_model import LlamaModel

    context = min(_MOST_TOKENS, read_gguf_header(path).trained_context_tokens)
    model = LlamaModel(path, context_tokens=context, threads=None, gpu_layers=0, lora=lora)
    return TokenLikelihood(model, identity, context)


def transformers_likelihood(files: ModelFiles, identity: str) -> TokenLikelihood:
    """By one causal model of transformers, of 2,048 tokens at most. Raises ModelUnusable."""
    from generators.text.transformers_engine import open_model

    if files.kind != "causal":
        raise ModelUnusable(
            f"{files.folder} holds a model that does not continue a text, so it has no perplexity. Name a "
            "causal language model."
        )
    context = min(_MOST_TOKENS, files.trained_context_tokens or _MOST_TOKENS)
    return TokenLikelihood(open_model(files, on_gpu=False), identity, context)
