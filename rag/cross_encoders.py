"""Cross-encoders from a folder: models that read two texts together, as rerankers and support checkers do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from generators.devices import bytes_per_number
from machine import Need, gpu_pool

_GPU_BYTES, _CPU_BYTES = 2, 4  # of a number: half and full precision
_WORKING_FACTOR = 2


def load_cross_encoder(folder: Path) -> Any:
    """A `sentence_transformers.CrossEncoder`: half precision on CUDA, else full precision on the processor.

    Nothing is looked for outside the folder. Whatever cannot be read raises what transformers raises then,
    which is of every kind.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    on_gpu = torch.cuda.is_available()
    return CrossEncoder(
        str(folder),
        device="cuda" if on_gpu else "cpu",
        local_files_only=True,
        model_kwargs={"dtype": torch.float16 if on_gpu else torch.float32},
    )


def raw_outputs() -> Any:
    """The activation that leaves a model's outputs as they are, whatever it was saved with."""
    import torch

    return torch.nn.Identity()


def cross_encoder_need(folder: Path) -> Need:
    """What it takes of memory: its weights as they are loaded, and as much again to compute with a batch.

    Nothing where there are none: loading says that in words. Raises ModelUnusable for damaged weights.
    """
    import torch

    weights = list(folder.glob("model*.safetensors"))
    if not weights:
        return Need(0)
    numbers = sum(file.stat().st_size for file in weights) // bytes_per_number(weights)
    on_gpu = torch.cuda.is_available()
    loaded = numbers * (_GPU_BYTES if on_gpu else _CPU_BYTES)
    return Need(_WORKING_FACTOR * loaded, pool=gpu_pool() if on_gpu else "memory")
