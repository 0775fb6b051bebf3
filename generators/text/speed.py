"""Tokens per second, measured: how fast a model reads and writes with so many layers on the GPU."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generators.text.gguf import read_gguf_header
from generators.text.llama_library import LlamaBuild, read_build
from generators.text.probe import Probe, Trial, try_in_child

_CONTEXT_TOKENS = 512
_PROMPT_TOKENS = 128
_NEW_TOKENS = 24


@dataclass(frozen=True, slots=True)
class Speed:
    """Measured with `layers` of `total_layers` on the GPU; None where it was not, and `note` says why."""

    layers: int
    total_layers: int
    prompt_tokens_per_second: float | None
    generated_tokens_per_second: float | None
    load_seconds: float | None
    note: str


def tokens_per_second(
    path: Path,
    layers: int,
    *,
    threads: int | None = None,
    probe: Probe = try_in_child,
    build: Callable[[], LlamaBuild] = read_build,
) -> Speed:
    """Measure one number of layers, in a child process. Raises ModelUnusable for what is no model."""
    total = read_gguf_header(path).layers + 1
    here = build()
    missing = (
        "this llama-cpp-python is built without GPU support" if not here.can_offload else "no GPU was found"
    )
    if layers and not (here.can_offload and here.devices):
        return Speed(layers, total, None, None, None, f"never run on a GPU: {missing}")
    trial = Trial(path, layers, _CONTEXT_TOKENS, threads, _PROMPT_TOKENS, _NEW_TOKENS)
    result = probe(trial)
    if not result.worked:
        return Speed(layers, total, None, None, None, f"did not run: {result.reason}")
    return Speed(
        layers,
        total,
        result.prompt_tokens_per_second,
        result.generated_tokens_per_second,
        result.load_seconds,
        f"measured now: {_PROMPT_TOKENS} tokens read, {_NEW_TOKENS} written",
    )


def speeds_by_layers(
    path: Path,
    *,
    threads: int | None = None,
    probe: Probe = try_in_child,
    build: Callable[[], LlamaBuild] = read_build,
) -> tuple[Speed, Speed, Speed]:
    """With none, half and all of the layers on the GPU."""
    total = read_gguf_header(path).layers + 1
    none, half, whole = (
        tokens_per_second(path, layers, threads=threads, probe=probe, build=build)
        for layers in (0, total // 2, total)
    )
    return none, half, whole
