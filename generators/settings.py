"""What can be set about the engine that writes answers. Building this loads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What stands before the colon of an engine's name.
ENGINE_KINDS = frozenset({"llama-cpp", "transformers", "reader", "langchain", "scripted", "pipeline"})
DEFAULT_ENGINE = "llama-cpp:qwen2.5-coder-1.5b-instruct-q4_k_m"


@dataclass(frozen=True, slots=True)
class GeneratorSettings:
    """`engine` is one of `generators.assembly.KNOWN_ENGINES`: a kind, a colon, and which.

    Raises ValueError for values that cannot be meant.
    """

    engine: str = DEFAULT_ENGINE
    context_tokens: int = 4096
    """Prompt and answer together; capped at what the model was trained for."""
    layer_outputs: bool = False
    """Whether a request may ask what the model's layers give. llama.cpp then asks back before each tensor
    that it computes: a token takes about 8 ms more."""
    threads: int | None = None
    """None: all usable cores for the prompt; for one token at a time all or half, whichever is faster."""
    gpu_layers: int | Literal["auto"] = "auto"
    """0 for the processor alone. `transformers:` puts a model on a GPU whole or not at all."""
    four_bit: bool = False
    """Whether `transformers:` weights are held in 4 bits: on a CUDA GPU, with bitsandbytes."""
    base_url: str | None = None
    """Where a `langchain:` model's server is, where the engine does not say it itself. Keys are read from the
    environment and never kept here."""
    saved_prompts: bool = True
    """Whether what evaluating the instructions came to is kept on the disk for the next process. Nothing of
    documents, questions or answers is."""
    refusal_text: str = "The documents do not hold the answer."
    """What `extractive` and `reader:` say where the passages hold no answer."""

    def __post_init__(self) -> None:
        if self.context_tokens < 1:
            raise ValueError(f"context_tokens must be at least 1, not {self.context_tokens}.")
        if self.threads is not None and self.threads < 1:
            raise ValueError(f"threads must be at least 1, or None for a choice, not {self.threads}.")
        if isinstance(self.gpu_layers, str):
            if self.gpu_layers != "auto":
                raise ValueError(f'gpu_layers must be a number or "auto", not {self.gpu_layers!r}.')
        elif self.gpu_layers < 0:
            raise ValueError(f'gpu_layers must be 0 or more, or "auto", not {self.gpu_layers}.')
