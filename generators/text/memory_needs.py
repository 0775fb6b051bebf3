"""What a language model takes of memory, told from its files before it is loaded."""

from __future__ import annotations

from pathlib import Path

from generators.text.gguf import GgufHeader, read_gguf_header
from generators.text.transformers_files import ModelFiles
from machine import Need, gpu_pool

#: llama.cpp's buffers for a batch and for the logits.
_LLAMA_WORKING_BYTES = 150_000_000
#: On a processor llama.cpp copies part of the weights into an order of its own: of Qwen2.5 1.5B (1.12 GB,
#: Q4_K_M) a process keeps .64 to .81 GB beside the mapped file, of Gemma 3 270M (.25 GB) .33 GB.
_COPIED_SHARE = 0.6
_STATE_BYTES_PER_NUMBER = 2  # keys and values are kept in half precision
_TORCH_WORKING_SHARE = 0.2
_FOUR_BITS_OF_SIXTEEN = 0.3  # with what goes along with each block of weights
_FLOAT32_BYTES = 4


def gguf_need(
    path: Path, adapter: Path | None, context_tokens: int, *, on_gpu: bool, layers: int | None = None
) -> Need:
    """Weights, the state of a full context, and working memory. Raises ModelUnusable.

    On the processor the weights are read from the file as they are needed and may leave memory again. On a
    GPU `layers` are wanted there (None: all), and none need be.
    """
    header = read_gguf_header(path)
    weights = sum(file.stat().st_size for file in (path, adapter) if file is not None)
    beside = state_bytes(header, min(context_tokens, header.trained_context_tokens)) + _LLAMA_WORKING_BYTES
    if on_gpu:
        share = 1.0 if layers is None else min(1.0, layers / (header.layers + 1))
        return Need(int(share * (weights + beside)), 0, gpu_pool())
    beside += int(_COPIED_SHARE * weights)
    return Need(weights + beside, beside)


def state_bytes(header: GgufHeader, context_tokens: int) -> int:
    """Keys and values of a full context; 0 where the header does not say how wide they are."""
    width = header.key_value_width
    return 0 if width is None else 2 * header.layers * width * context_tokens * _STATE_BYTES_PER_NUMBER


def torch_need(files: ModelFiles, *, on_gpu: bool, four_bit: bool) -> Need:
    """All weights, in the precision that they are loaded in, and a fifth of it to work in."""
    saved = sum(path.stat().st_size for path in files.weights)
    if on_gpu:
        loaded = saved * _FOUR_BITS_OF_SIXTEEN if four_bit else float(saved)
    else:
        loaded = saved * _FLOAT32_BYTES / files.saved_bytes_per_number
    return Need(int(loaded * (1 + _TORCH_WORKING_SHARE)), pool=gpu_pool() if on_gpu else "memory")
