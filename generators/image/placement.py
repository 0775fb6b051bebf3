"""Where a model's weights go: processor or GPU, at once or part by part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generators.errors import ModelUnusable
from generators.image.settings import Placement

#: What a picture of usual size needs beside the weights; more of it for larger ones.
WORKING_BYTES = 1_500_000_000
_TIGHT = 1.5


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """How a model is put on a device. `sliced`: attention and decoding bit by bit, slower and smaller."""

    placement: Placement
    sliced: bool


def plan_memory(weights_bytes: int, largest_part_bytes: int, free_bytes: int, *, cpu: bool) -> MemoryPlan:
    """What fits, by the bytes of all weights and of the largest part of the model as they will be loaded.

    On a processor there is nothing to move away from; raises ModelUnusable where the weights do not fit.
    """
    if cpu:
        if weights_bytes > free_bytes:
            raise ModelUnusable(
                f"The model's weights take {weights_bytes / 1e9:.1f} GB in memory, and "
                f"{free_bytes / 1e9:.1f} GB are free. Close other programs, or take a smaller model."
            )
        return MemoryPlan("whole", sliced=free_bytes < weights_bytes + _TIGHT * WORKING_BYTES)
    if weights_bytes + WORKING_BYTES <= free_bytes:
        return MemoryPlan("whole", sliced=free_bytes < weights_bytes + _TIGHT * WORKING_BYTES)
    if largest_part_bytes + WORKING_BYTES <= free_bytes:
        return MemoryPlan("offload", sliced=True)
    return MemoryPlan("sequential", sliced=True)


def place(pipeline: Any, plan: MemoryPlan, device: str) -> None:
    """Put the pipeline's parts where the plan says."""
    if plan.sliced:
        pipeline.enable_attention_slicing()
        if hasattr(pipeline.vae, "enable_slicing"):
            pipeline.vae.enable_slicing()
            pipeline.vae.enable_tiling()
    if plan.placement == "offload":
        pipeline.enable_model_cpu_offload(device=device)
    elif plan.placement == "sequential":
        pipeline.enable_sequential_cpu_offload(device=device)
    else:
        pipeline.to(device)
