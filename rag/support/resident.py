"""A support checker whose model shares memory with all others."""

from __future__ import annotations

from collections.abc import Sequence

from machine import Residence, ResidentModel
from rag.support.protocol import CheckerIdentity, Claim, Support, SupportChecker


class ResidentChecker(ResidentModel[SupportChecker]):
    """A SupportChecker that uses another, as long as it is in memory."""

    def __init__(self, residence: Residence[SupportChecker], identity: CheckerIdentity) -> None:
        super().__init__(residence, lambda: ValueError("this checker was closed"))
        self._identity = identity

    @property
    def identity(self) -> CheckerIdentity:
        return self._identity

    def check(self, claims: Sequence[Claim]) -> list[Support]:
        with self._used() as checker:
            return checker.check(claims)
