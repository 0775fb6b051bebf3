"""Engines load when first asked; where memory is shared, that has to be while their room is reserved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar


class Engine(Protocol):
    def close(self) -> None: ...


AnyEngine = TypeVar("AnyEngine", bound=Engine)


def loaded(engine: AnyEngine, ask: Callable[[AnyEngine], object]) -> AnyEngine:
    """The engine, asked for what it cannot say without its model. Closed where that fails."""
    try:
        ask(engine)
    except BaseException:
        engine.close()
        raise
    return engine
