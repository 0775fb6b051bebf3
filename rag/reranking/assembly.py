"""From a name to a reranker: the only module here that names their classes."""

from __future__ import annotations

from pathlib import Path

from machine import MemoryBroker, Need, Residence, cache_folder, resolve
from rag.reranking.protocol import Reranker, RerankerIdentity
from rag.reranking.shared_words import SharedWordsReranker

#: The reranker that needs no model.
SHARED_WORDS = "shared-words"


def reranker_identity_of(model: str | None) -> RerankerIdentity | None:
    """What identifies the reranker of that name, without loading it."""
    if model is None:
        return None
    if model == SHARED_WORDS:
        return SharedWordsReranker().identity
    from rag.reranking.cross_encoder import identity_of_folder

    return identity_of_folder(model, _folder(model), cache_folder())


def build_reranker(model: str | None) -> Reranker | None:
    """The reranker of that name, loaded; None for none."""
    if model == SHARED_WORDS:
        return SharedWordsReranker()
    identity = reranker_identity_of(model)
    return None if model is None or identity is None else _loaded(model, identity)


def open_reranker(model: str | None, broker: MemoryBroker) -> Reranker | None:
    """As `build_reranker`, loaded when it is first needed and in memory only as long as there is room.

    What is asked for twice is loaded once. Raises at once where the folder holds no cross-encoder; what else
    can be wrong is found when it is loaded.
    """
    if model == SHARED_WORDS:
        return SharedWordsReranker()
    identity = reranker_identity_of(model)
    if model is None or identity is None:
        return None
    from rag.reranking.resident import ResidentReranker

    residence: Residence[Reranker] = broker.residence(
        ("reranker", _folder(model), identity),
        f"the reranker {model}",
        lambda: [reranker_need(model)],
        lambda: _loaded(model, identity),
        lambda reranker: reranker.close(),
    )
    return ResidentReranker(residence, identity)


def reranker_need(model: str) -> Need:
    """What it takes of memory."""
    if model == SHARED_WORDS:
        return Need(0)
    from rag.cross_encoders import cross_encoder_need

    return cross_encoder_need(_folder(model))


def _loaded(model: str, identity: RerankerIdentity) -> Reranker:
    from rag.reranking.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(_folder(model), identity)


def _folder(model: str) -> Path:
    return resolve(model, kind="reranker")
