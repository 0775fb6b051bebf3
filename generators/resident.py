"""What engines have in common whose models share memory: each uses one of its kind, while it is there."""

from __future__ import annotations

from typing import TypeVar

from generators.errors import GenerationFailed
from machine import Residence, ResidentModel

Engine = TypeVar("Engine")


class ResidentEngine(ResidentModel[Engine]):
    """One that says of itself, used after `close`, what it was: "voice"."""

    def __init__(self, residence: Residence[Engine], what: str) -> None:
        super().__init__(residence, lambda: GenerationFailed(f"This {what} was closed. Build a new one."))
