"""transformers' models as the token engines drive them: those that continue, and those that read first."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import GenerationFailed, ModelUnusable
from generators.text.array_sampler import ArraySampler
from generators.text.protocol import Sampling
from generators.text.transformers_vocabulary import TransformersVocabulary

_PROCESSOR_BATCH_TOKENS = 128
_GPU_BATCH_TOKENS = 512
#: Layers of a cache whose last tokens can be taken off again.
_CROPPED = frozenset({"DynamicLayer", "DynamicSlidingWindowLayer"})


class KeptLayers:
    """Layers' outputs at the last token evaluated, as transformers' `hidden_states` give them."""

    def __init__(self, before_taking: Callable[[], None]) -> None:
        self._before_taking = before_taking
        self._states: NDArray[np.float32] | None = None
        self.watched: tuple[int, ...] = ()

    def watch(self, layers: Sequence[int]) -> None:
        self._states, self.watched = None, tuple(layers)

    def keep(self, hidden_states: Sequence[Any]) -> None:
        """`hidden_states`: the embeddings, then each layer's output, float [1, tokens, width]."""
        if all(layer + 1 < len(hidden_states) for layer in self.watched):
            rows = [hidden_states[layer + 1][0, -1].float().cpu().numpy() for layer in self.watched]
            self._states = np.stack(rows).astype(np.float32)

    def take(self, layers: Sequence[int]) -> NDArray[np.float32] | None:
        if self.watched:
            self._before_taking()
        states, wanted = self._states, self.watched
        self._states, self.watched = None, ()
        return states if layers and wanted == tuple(layers) else None


class TorchModel(TransformersVocabulary, ABC):
    """What both kinds have in common. See `token_model.TokenModel`."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        super().__init__(tokenizer)
        self._model: Any = model
        self._device = model.device
        self.batch_tokens = _PROCESSOR_BATCH_TOKENS if model.device.type == "cpu" else _GPU_BATCH_TOKENS
        self.vocabulary_size = len(tokenizer)
        self._ends = _end_tokens(model, tokenizer)
        self._cache: Any = None
        self._logits: NDArray[np.float32] | None = None
        self.layers = KeptLayers(self._read_all)

    @abstractmethod
    def evaluate(self, tokens: Sequence[int]) -> None: ...

    @abstractmethod
    def keep_first(self, count: int) -> bool: ...

    def logits(self) -> NDArray[np.float32]:
        self._read_all()
        if self._logits is None:
            raise GenerationFailed("Nothing was read yet, so nothing follows it.")
        return self._logits

    def rule_out(self, tokens: Sequence[int]) -> None:
        self.logits()[list(tokens)] = -np.inf

    def is_end(self, token: int) -> bool:
        return token in self._ends

    def open_sampler(self, sampling: Sampling, grammar: str | None = None) -> ArraySampler:
        if grammar is not None:
            raise ModelUnusable("This kind of model cannot be held to a grammar.")
        return ArraySampler(self.logits, sampling)

    def close(self) -> None:
        self._model = self._cache = self._logits = None

    def _read_all(self) -> None:
        """Have the model read what it was given, where that was put off."""

    def _keep_logits(self, logits: Any) -> None:
        """Of logits [1, tokens, vocabulary] the last token's. Rows that no token has are never drawn."""
        row = logits[0, -1].float().cpu().numpy()
        self._logits = np.array(row[: self.vocabulary_size], dtype=np.float32)

    def _tensor(self, tokens: Sequence[int]) -> Any:
        import torch

        return torch.tensor([list(tokens)], dtype=torch.long, device=self._device)


class CausalModel(TorchModel):
    """A model that continues a text."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        super().__init__(model, tokenizer)
        self._length = 0
        takes = inspect.signature(model.forward).parameters
        self._options = {"logits_to_keep": 1} if "logits_to_keep" in takes else {}

    def evaluate(self, tokens: Sequence[int]) -> None:
        with _computing():
            output = self._model(
                input_ids=self._tensor(tokens),
                past_key_values=self._cache,
                use_cache=True,
                output_hidden_states=bool(self.layers.watched),
                **self._options,
            )
        self._cache = getattr(output, "past_key_values", None)
        if self._cache is None:
            raise GenerationFailed("This kind of model keeps no keys and values, and is not run here.")
        self._length += len(tokens)
        self._keep_logits(output.logits)
        if self.layers.watched:
            self.layers.keep(output.hidden_states)

    def keep_first(self, count: int) -> bool:
        if count == self._length:
            return True
        kinds = {type(layer).__name__ for layer in getattr(self._cache, "layers", ())}
        if 0 < count < self._length and kinds and kinds <= _CROPPED:
            try:
                self._cache.crop(count - self._length)
                self._length = count
                return True
            except RuntimeError:
                pass  # a sliding window has moved on; what it left behind is gone
        self._cache, self._length = None, 0
        return count == 0


class Seq2SeqModel(TorchModel):
    """A model that reads a whole text and then writes another.

    Its prompt is read when it is whole; the next prompt is read anew.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        super().__init__(model, tokenizer)
        self._source: list[int] = []
        self._read: Any = None
        self._start = _start_tokens(model)

    def evaluate(self, tokens: Sequence[int]) -> None:
        if self._read is None:
            self._source += tokens
        else:
            self._write(tokens)

    def keep_first(self, count: int) -> bool:
        self._source, self._read, self._cache, self._logits = [], None, None, None
        return count == 0

    def _read_all(self) -> None:
        if self._read is not None or not self._source:
            return
        with _computing():
            self._read = self._model.get_encoder()(
                input_ids=self._tensor(self._source), output_hidden_states=bool(self.layers.watched)
            )
        if self.layers.watched:
            self.layers.keep(self._read.hidden_states)
        self._write(self._start)

    def _write(self, tokens: Sequence[int]) -> None:
        with _computing():
            output = self._model(
                encoder_outputs=self._read,
                decoder_input_ids=self._tensor(tokens),
                past_key_values=self._cache,
                use_cache=True,
            )
        self._cache = output.past_key_values
        self._keep_logits(output.logits)


@contextmanager
def _computing() -> Iterator[None]:
    """Raises GenerationFailed for what torch raises."""
    import torch

    try:
        with torch.inference_mode():
            yield
    except RuntimeError as error:  # torch.OutOfMemoryError is one
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise GenerationFailed(
            f"torch stopped while evaluating: {reason}. If memory is short, set a smaller context_tokens, or "
            "gpu_layers to 0."
        ) from error


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    found: set[int | None] = set()
    for value in (
        getattr(model.generation_config, "eos_token_id", None),
        getattr(model.config, "eos_token_id", None),
        tokenizer.eos_token_id,
    ):
        found |= set(value) if isinstance(value, list | tuple) else {value}
    return frozenset(token for token in found if token is not None)


def _start_tokens(model: Any) -> list[int]:
    """What the decoder begins with; some models want a first token besides."""
    settings = model.generation_config
    start = settings.decoder_start_token_id
    if start is None:
        start = getattr(model.config, "decoder_start_token_id", None)
    if start is None:
        start = settings.bos_token_id or settings.pad_token_id or 0
    forced = settings.forced_bos_token_id
    return [start] if forced is None else [start, forced]
