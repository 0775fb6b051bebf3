"""Any sentence-transformers model, on a GPU where there is one."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from ingest.embedding.model_folder import ModelFolder
from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.embedding.tokens import ModelTokens


class SentenceTransformersEmbedder:
    """An Embedder over sentence-transformers: half precision on CUDA, full precision elsewhere."""

    def __init__(self, folder: ModelFolder, identity: EmbedderIdentity, device: str = "cpu") -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        self._identity = identity
        self._on_gpu = device.startswith("cuda")
        self._model = SentenceTransformer(
            str(folder.path),
            device=device,
            local_files_only=True,
            model_kwargs={"dtype": torch.float16 if self._on_gpu else torch.float32},
        )
        self._model.max_seq_length = folder.max_tokens
        self._tokens = ModelTokens(folder, identity.document_prefix)

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    @property
    def max_tokens(self) -> int:
        return self._tokens.max_tokens

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return self._tokens.spans(text)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._identity.document_prefix)

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self._embed([text], self._identity.query_prefix)[0]
        return vector

    def close(self) -> None:
        self._model = None

    def _embed(self, texts: Sequence[str], prefix: str) -> Vectors:
        if self._model is None:
            raise ValueError("this embedder was closed")
        if not texts:
            return np.zeros((0, self._identity.dimension), dtype=np.float32)
        vectors = np.asarray(
            # As a prompt rather than in the texts: some models leave it out of their pooling.
            self._model.encode(
                list(texts), prompt=prefix, batch_size=256 if self._on_gpu else 32, show_progress_bar=False
            ),
            dtype=np.float32,
        )
        # Not every model ends in unit length, and half precision leaves lengths a little off it.
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
        return unit
