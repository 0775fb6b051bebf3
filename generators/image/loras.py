"""LoRA files laid over a pipeline and taken off again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from generators.errors import ModelUnusable
from generators.image.protocol import Lora

_NAME = "refdesk"


@contextmanager
def applied_lora(pipeline: Any, lora: Lora | None) -> Iterator[None]:
    """While inside, the pipeline draws with the LoRA. Raises ModelUnusable for one that does not fit."""
    if lora is None:
        yield
        return
    file = lora.file.expanduser()
    if not file.is_file() or file.suffix != ".safetensors":
        raise ModelUnusable(f"There is no LoRA at {file}: a .safetensors file is needed.")
    try:
        _load(pipeline, lora)
        yield
    finally:
        pipeline.unload_lora_weights()


def _load(pipeline: Any, lora: Lora) -> None:
    from safetensors.torch import load_file

    try:
        weights = load_file(
            lora.file.expanduser()
        )  # read here: a path would be looked for on the hub as well
        pipeline.load_lora_weights(weights, adapter_name=_NAME)
        pipeline.set_adapters([_NAME], [lora.weight])
    except Exception as error:  # whatever a damaged or foreign file makes of the libraries
        raise ModelUnusable(f"The LoRA {lora.file} does not fit this model: {error}") from error
