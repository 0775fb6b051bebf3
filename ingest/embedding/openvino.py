"""MiniLM and its kin on a CPU, through OpenVINO: about three times sentence-transformers' speed.

The model is converted once from the same weights, pooling and normalisation included, and kept in
the cache folder. Opening it needs neither torch nor transformers, which saves seconds at every start.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ingest.embedding.model_folder import ModelFolder
from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.embedding.tokens import open_tokenizer, token_spans

#: Part of the converted model's folder name: raise it when the conversion changes.
CONVERSION_VERSION = 1

_BATCH = 8
_STREAMS = 2


class OpenVinoEmbedder:
    """An Embedder whose model runs in OpenVINO, in bfloat16 where the processor has it."""

    def __init__(self, folder: ModelFolder, identity: EmbedderIdentity, cache_folder: Path) -> None:
        self._folder = folder
        self._identity = identity
        self._whole = open_tokenizer(folder.tokenizer_file)
        self._cut = open_tokenizer(folder.tokenizer_file, folder.max_tokens)
        self._special_tokens = self._whole.num_special_tokens_to_add(False)
        self._model = _compile(_converted(folder, identity, cache_folder))

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    @property
    def max_tokens(self) -> int:
        return int(self._folder.max_tokens - self._special_tokens)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return token_spans(self._whole, text)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._identity.document_prefix + text for text in texts])

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self._embed([self._identity.query_prefix + text])[0]
        return vector

    def close(self) -> None:
        self._model = None

    def _embed(self, texts: Sequence[str]) -> Vectors:
        if self._model is None:
            raise ValueError("this embedder was closed")
        vectors = np.zeros((len(texts), self._identity.dimension), dtype=np.float32)
        if not texts:
            return vectors
        if self._folder.lower_case:
            texts = [text.lower() for text in texts]
        encodings = self._cut.encode_batch_fast(list(texts))
        # Texts of like length share a batch, so that little of the work is padding.
        order = sorted(range(len(texts)), key=lambda index: len(encodings[index].ids))
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        # Requests of this call's own, so that threads do not meet in them; no callbacks into Python: one
        # that is still running when the model is freed waits for the interpreter for ever.
        requests = [self._model.create_infer_request() for _ in range(min(_STREAMS, len(batches)))]
        waiting: list[list[int]] = [[] for _ in requests]

        def collect(slot: int) -> None:
            if waiting[slot]:
                requests[slot].wait()
                vectors[waiting[slot]] = requests[slot].get_output_tensor(0).data
                waiting[slot] = []

        for turn, batch in enumerate(reversed(batches)):  # longest first: the last wait is for a short one
            ids = np.zeros((len(batch), len(encodings[batch[-1]].ids)), dtype=np.int64)
            mask = np.zeros_like(ids)
            for row, index in enumerate(batch):
                tokens = encodings[index].ids
                ids[row, : len(tokens)] = tokens
                mask[row, : len(tokens)] = 1
            slot = turn % len(requests)
            collect(slot)
            requests[slot].start_async([ids, mask])
            waiting[slot] = batch
        for slot in range(len(requests)):
            collect(slot)
        return vectors


def _import_openvino() -> Any:
    # Importing openvino looks up an analytics host unless its telemetry module cannot be imported.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None blocks an import
    import openvino

    return openvino


def _compile(file: Path) -> Any:
    openvino = _import_openvino()
    core = openvino.Core()
    settings = {"NUM_STREAMS": str(_STREAMS), "ENABLE_MMAP": True}
    return core.compile_model(core.read_model(file), "CPU", settings)


def _converted(folder: ModelFolder, identity: EmbedderIdentity, cache_folder: Path) -> Path:
    """The converted model's file, made now if it is not there. Whole or absent, never half."""
    target = cache_folder / f"openvino-{identity.weights_sha256[:16]}-v{CONVERSION_VERSION}"
    if not (target / "model.xml").is_file():
        cache_folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix="converting-", dir=cache_folder))
        try:
            _convert(folder, staging / "model.xml")
            try:
                staging.rename(target)
            except OSError:
                if not (target / "model.xml").is_file():  # else another process was sooner
                    raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return target / "model.xml"


def _convert(folder: ModelFolder, file: Path) -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from transformers import AutoModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    openvino = _import_openvino()

    class Sentence(torch.nn.Module):  # type: ignore[misc]  # torch's types are not read: see pyproject.toml
        """Tokens to one vector of unit length, as sentence-transformers' Pooling and Normalize do."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = AutoModel.from_pretrained(folder.path, attn_implementation="eager")

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
        model = openvino.convert_model(Sentence().eval(), example_input=example)
    openvino.save_model(model, file, compress_to_fp16=False)
