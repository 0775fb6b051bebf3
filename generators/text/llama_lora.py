"""LoRA adapters of GGUF models."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

from generators.errors import ModelUnusable
from generators.text.llama_library import taken_errors

_MAGIC = b"GGUF"


def split_lora(name: str) -> tuple[str, str | None]:
    """`model+adapter.gguf` as its two parts; the second is None where the name has no adapter."""
    model, plus, lora = name.rpartition("+")
    is_model = model.endswith(".gguf") or not set("/\\") & set(model)
    if plus and model and is_model and lora.endswith(".gguf") and not Path(name).expanduser().is_file():
        return model, lora
    return name, None


def require_lora(path: Path) -> None:
    """Raises ModelUnusable where the file is missing or no GGUF file."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise ModelUnusable(
            f"The adapter {path} cannot be read: {error.strerror}. Correct its path behind the `+`, or "
            "leave it off."
        ) from error
    if magic != _MAGIC:
        raise ModelUnusable(
            f"The adapter {path} is not a GGUF file. Convert it with llama.cpp's convert_lora_to_gguf.py."
        )


def apply_lora(library: Any, model: Any, context: Any, path: Path) -> None:
    """Have the context compute with the adapter at its full strength. It is freed with the model.

    Raises ModelUnusable.
    """
    require_lora(path)
    taken_errors()
    adapter = library.llama_adapter_lora_init(model, os.fsencode(path))
    if adapter:
        adapters = (library.llama_adapter_lora_p_ctypes * 1)(adapter)
        if library.llama_set_adapters_lora(context, adapters, 1, (ctypes.c_float * 1)(1.0)) == 0:
            return
    reason = " ".join(taken_errors()).strip() or "no reason given"
    raise ModelUnusable(
        f"llama.cpp cannot use the adapter {path}: {reason}. It must be one of this very model, converted "
        "with llama.cpp's convert_lora_to_gguf.py."
    )
