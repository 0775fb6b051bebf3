"""From a name to a support checker: the only module here that names their classes."""

from __future__ import annotations

from pathlib import Path

from ingest.embedding.protocol import Embedder
from machine import MemoryBroker, Need, Residence, cache_folder, resolve
from rag.support.head import load_heads
from rag.support.protocol import CheckerIdentity, SupportChecker
from rag.support.signal_checker import SignalChecker

#: The support checkers that need no model of their own: by words alone, and by meaning, too.
SIGNALS, SIGNALS_AND_MEANING = "signals", "signals-and-meaning"


def has_own_model(named: str | None) -> bool:
    """Whether a checker of that name reads with a model for natural-language inference."""
    return named is not None and named not in (SIGNALS, SIGNALS_AND_MEANING)


def support_checker_identity_of(model: str) -> CheckerIdentity:
    """What identifies the model for natural-language inference in that folder, without loading it."""
    from rag.support.entailment import identity_of_folder

    return identity_of_folder(model, _folder(model), cache_folder())


def build_support_checker(named: str | None, embedder: Embedder | None = None) -> SupportChecker | None:
    """The support checker of that name, loaded; None for none. `embedder` is for the one by meaning."""
    if named is None:
        return None
    if not has_own_model(named):
        return SignalChecker(load_heads(), embedder)
    return _loaded(named, support_checker_identity_of(named))


def open_support_checker(
    named: str | None, embedder: Embedder | None, broker: MemoryBroker
) -> SupportChecker | None:
    """As `build_support_checker`, its model loaded when it is first needed and in memory as long as there is
    room.

    What is asked for twice is loaded once. Raises at once where the folder holds no model for inference.
    """
    if named is None or not has_own_model(named):
        return build_support_checker(named, embedder)
    from rag.support.resident import ResidentChecker

    identity = support_checker_identity_of(named)
    residence: Residence[SupportChecker] = broker.residence(
        ("inference", _folder(named), identity),
        f"the model for inference {named}",
        lambda: [support_checker_need(named)],
        lambda: _loaded(named, identity),
        lambda checker: checker.close(),
    )
    return ResidentChecker(residence, identity)


def support_checker_need(named: str) -> Need:
    """What it takes of memory; nothing for one without a model of its own."""
    if not has_own_model(named):
        return Need(0)
    from rag.cross_encoders import cross_encoder_need

    return cross_encoder_need(_folder(named))


def _loaded(model: str, identity: CheckerIdentity) -> SupportChecker:
    from rag.support.entailment import EntailmentChecker

    return EntailmentChecker(_folder(model), identity)


def _folder(model: str) -> Path:
    return resolve(model, kind="inference")
