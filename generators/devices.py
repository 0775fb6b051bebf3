"""Where models of torch compute, and what their weights take there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from generators.errors import ModelUnusable

Device = Literal["auto", "cpu", "cuda", "mps"]


def chosen_device(wanted: Device) -> str:
    """The device's name for torch. Raises ModelUnusable for one that is not here."""
    import torch

    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if here[name])
    if not here[wanted]:
        raise ModelUnusable(
            f"There is no {wanted} device that torch {torch.__version__} can use here. Leave the device out, "
            "or install a torch built for it."
        )
    return wanted


def free_bytes_of(device: str) -> int:
    """Free memory of the GPU, else of the machine."""
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    from machine import describe_machine

    return describe_machine().memory_available_bytes


def bytes_per_number(weights: Sequence[Path]) -> int:
    """Of the first tensor of the largest .safetensors file. Raises ModelUnusable where it is damaged."""
    from safetensors import SafetensorError, safe_open

    largest = max(weights, key=lambda file: file.stat().st_size)
    try:
        with safe_open(largest, framework="numpy") as content:
            first = next(iter(content.keys()))
            return 2 if content.get_slice(first).get_dtype() in ("F16", "BF16") else 4
    except (SafetensorError, StopIteration) as error:
        raise ModelUnusable(f"{largest} is damaged: {error}. Get it again.") from error
