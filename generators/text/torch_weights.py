"""Weights of transformers' models in torch's memory, on the processor or a GPU."""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any

from generators.errors import EngineMissing, ModelUnusable
from generators.text.transformers_files import ModelFiles

_AUTO_CLASSES = {
    "causal": "AutoModelForCausalLM",
    "seq2seq": "AutoModelForSeq2SeqLM",
    "reader": "AutoModelForQuestionAnswering",
    "classifier": "AutoModelForSequenceClassification",
    "tagger": "AutoModelForTokenClassification",
}


def has_gpu() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def open_weights(files: ModelFiles, *, on_gpu: bool, four_bit: bool = False) -> Any:
    """The model, ready to be asked: in float32 on the processor, as it was saved on a GPU.

    Code that comes with a model is never run. Raises ModelUnusable, EngineMissing.
    """
    import torch
    import transformers

    if four_bit:
        _require_four_bit(on_gpu)
    transformers.utils.logging.disable_progress_bar()
    options: dict[str, Any] = {"dtype": "auto" if on_gpu else torch.float32}
    if four_bit:
        options["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16
        )
        options["device_map"] = {"": 0}
    auto = getattr(transformers, _AUTO_CLASSES[files.kind])
    try:
        model = auto.from_pretrained(
            str(files.folder), trust_remote_code=False, local_files_only=True, **options
        )
    except Exception as error:
        raise ModelUnusable(
            f"transformers could not load {files.folder}: {_first_line(error)}. If files are missing or "
            "damaged, fetch the model again; if memory is short, choose a smaller one."
        ) from error
    if files.adapter is not None:
        model = _adapted(model, files, merge=not four_bit)
    return (model.to("cuda") if on_gpu and not four_bit else model).eval()


def _adapted(model: Any, files: ModelFiles, *, merge: bool) -> Any:
    try:
        from peft import PeftModel
    except ImportError as error:
        raise EngineMissing(
            f"{files.adapter} is a PEFT adapter, and the package that reads it is not installed. Install it: "
            "`pip install 'refdesk[adapters]'`."
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # it reads names that transformers has renamed
            adapted = PeftModel.from_pretrained(model, str(files.adapter))
        return adapted.merge_and_unload() if merge else adapted
    except Exception as error:
        raise ModelUnusable(
            f"The adapter {files.adapter} does not fit {files.folder}: {_first_line(error)}. Name the model "
            "that it was trained on."
        ) from error


def _require_four_bit(on_gpu: bool) -> None:
    if not on_gpu:
        raise ModelUnusable(
            "4-bit weights need a CUDA GPU, and none is used here. Leave four_bit off, or take a .gguf file "
            "with `llama-cpp:`, which runs in 4 bits on any processor."
        )
    if importlib.util.find_spec("bitsandbytes") is None:
        raise EngineMissing("4-bit weights need a package: `pip install 'refdesk[adapters]' bitsandbytes`.")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
