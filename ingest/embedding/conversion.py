"""A sentence-transformers model becomes an OpenVINO model, once, from the same weights.

Pooling and normalisation are part of it. The result is kept in the cache folder.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ingest.embedding.model_folder import ModelFolder
from ingest.embedding.protocol import EmbedderIdentity
from ingest.embedding.quantisation import embed_alone, made_up_texts, quantise
from ingest.embedding.tokens import open_tokenizer
from ingest.errors import ConversionFailed

#: Part of the converted model's folder name: raise it when the conversion changes.
CONVERSION_VERSION = 3

#: `int8`: dense layers in 8-bit integers. `float`: as the weights are, or as OpenVINO rounds them.
Precision = Literal["int8", "float"]

_LOGGER = logging.getLogger(__name__)
_PROCESSOR_FACTS = Path("/proc/cpuinfo")
_INTEGER_DOT_PRODUCTS = {"avx512_vnni", "avx_vnni", "amx_int8"}
_LEAST_TRACED_AGREEMENT = 0.999
_COMPARED_TEXTS = 5  # one of each length
_LEAST_AGREEMENT = 0.98  # with float32, on texts of random words, which agree less than prose does


def precision_here(processor_facts: Path = _PROCESSOR_FACTS) -> Precision:
    """What this processor computes fastest. Without instructions for integers they would be slower.

    Known on Linux with x86 only; elsewhere `float`.
    """
    try:
        facts = processor_facts.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "float"
    flags = re.search(r"^flags\s*:(.*)$", facts, re.MULTILINE)
    return "int8" if flags and not _INTEGER_DOT_PRODUCTS.isdisjoint(flags[1].split()) else "float"


def converted(
    folder: ModelFolder, identity: EmbedderIdentity, cache_folder: Path, precision: Precision
) -> Path:
    """The converted model's file, made now if it is not there. Whole or absent, never half.

    Raises ConversionFailed.
    """
    kind = f"{folder.pooling}-v{CONVERSION_VERSION}-{precision}"
    target = cache_folder / f"openvino-{identity.weights_sha256[:16]}-{kind}"
    if not (target / "model.xml").is_file():
        cache_folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix="converting-", dir=cache_folder))
        try:
            _convert(folder, staging / "model.xml", precision)
            try:
                staging.rename(target)
            except OSError:
                if not (target / "model.xml").is_file():  # else another process was sooner
                    raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return target / "model.xml"


def import_openvino() -> Any:
    """The module, kept from looking up an analytics host as importing it would."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None blocks an import
    import openvino

    return openvino


def _convert(folder: ModelFolder, file: Path, precision: Precision) -> None:
    openvino = import_openvino()
    try:
        model = _traced(openvino, folder)
    except ConversionFailed:
        raise
    except Exception as error:  # a model's own code may raise anything while it is traced
        raise ConversionFailed(
            f"{folder.path} could not be converted for OpenVINO ({type(error).__name__}: {error}). Choose "
            "the engine `sentence-transformers`."
        ) from error
    if precision == "int8":
        model = _in_integers(openvino, model, folder)
    openvino.save_model(model, file, compress_to_fp16=False)


def _in_integers(openvino: Any, model: Any, folder: ModelFolder) -> Any:
    """The model with its dense layers in integers, or as it is where that would cost too much quality."""
    from openvino import opset13  # noqa: F401  # makes openvino.opset13 an attribute

    texts = made_up_texts(open_tokenizer(folder.tokenizer_file, folder.max_tokens))
    vectors = np.concatenate([outputs[0] for outputs in embed_alone(openvino, model, texts)])
    whole = model.clone()
    quantise(openvino, whole, texts)
    in_integers = np.concatenate([outputs[0] for outputs in embed_alone(openvino, whole, texts)])
    agreement = float((vectors * in_integers).sum(axis=1).min())
    if agreement < _LEAST_AGREEMENT:
        _LOGGER.warning(
            "%s stays in floating point: in 8-bit integers its vectors would be off (least cosine %.3f)",
            folder.path.name,
            agreement,
        )
        return model
    return whole


def _traced(openvino: Any, folder: ModelFolder) -> Any:
    """The model with pooling and normalisation, traced in float32: token ids and mask to unit vectors.

    Raises ConversionFailed where what was traced does not compute what the model does, as where its code
    takes a length for fixed; whatever the model's code raises passes through.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from transformers import AutoModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()

    class Sentence(torch.nn.Module):  # type: ignore[misc]  # torch's types are not read: see pyproject.toml
        """Tokens to one vector of unit length, as sentence-transformers' Pooling and Normalize do."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = AutoModel.from_pretrained(
                folder.encoder, attn_implementation="eager", dtype=torch.float32, local_files_only=True
            )

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            states = self.encoder(input_ids=input_ids, attention_mask=attention_mask)[0]
            if folder.pooling == "cls":
                pooled = states[:, 0]
            else:
                weights = attention_mask.unsqueeze(-1).to(states.dtype)
                pooled = (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(pooled, dim=1)

    mask = torch.ones((2, 8), dtype=torch.int64)
    mask[1, 6:] = 0  # or tracing could take the mask for always full
    example = {"input_ids": torch.ones((2, 8), dtype=torch.int64), "attention_mask": mask}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of every shape it takes for fixed; none is
        sentence = Sentence().eval()
        model = openvino.convert_model(sentence, example_input=example)
        texts = made_up_texts(open_tokenizer(folder.tokenizer_file, folder.max_tokens))[:_COMPARED_TEXTS]
        computed = embed_alone(openvino, model, texts)
        for ids, (vector,) in zip(texts, computed, strict=True):
            alone = torch.tensor([ids])
            agreement = float((sentence(alone, torch.ones_like(alone)).numpy() * vector).sum())
            if not agreement > _LEAST_TRACED_AGREEMENT:
                raise ConversionFailed(
                    f"{folder.path} could not be converted for OpenVINO: for {len(ids)} tokens its vectors "
                    f"would be off (cosine {agreement:.3f}). Choose the engine `sentence-transformers`."
                )
    return model
