"""MiniLM, E5 and their kin on a CPU, through OpenVINO, at several times sentence-transformers' speed.

The model is converted once (see `conversion.py`). Opening it needs neither torch nor transformers, which
saves seconds at every start.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ingest.embedding.conversion import Precision, converted, import_openvino, precision_here
from ingest.embedding.model_folder import ModelFolder
from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.embedding.tokens import ModelTokens, open_tokenizer

_BATCH = 8
_STREAMS = 2
_CHANNELS_PER_SCALE = 384  # of a row quantised as it comes


class OpenVinoEmbedder:
    """An Embedder whose model runs in OpenVINO: dense layers in 8-bit integers where the processor has
    instructions for that, the rest in bfloat16 where it has those, else in float32.

    Its vectors agree with float32's to a cosine of typically .998 in integers, .9999 in bfloat16, whatever
    else is in a batch, so that vectors made on either kind of processor can be compared.
    """

    def __init__(
        self,
        folder: ModelFolder,
        identity: EmbedderIdentity,
        cache_folder: Path,
        precision: Precision | None = None,
    ) -> None:
        """Without a `precision`, the one that is fastest on this processor."""
        self._identity = identity
        self._tokens = ModelTokens(folder, identity.document_prefix)
        self._cut = open_tokenizer(folder.tokenizer_file, folder.max_tokens, lower_case=folder.lower_case)
        precision = precision_here() if precision is None else precision
        self._model = _compile(converted(folder, identity, cache_folder, precision))

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    @property
    def max_tokens(self) -> int:
        return self._tokens.max_tokens

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return self._tokens.spans(text)

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


def _compile(file: Path) -> Any:
    core = import_openvino().Core()
    settings = {
        "NUM_STREAMS": str(_STREAMS),
        "ENABLE_MMAP": True,
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(_CHANNELS_PER_SCALE),
    }
    return core.compile_model(core.read_model(file), "CPU", settings)
