"""The number that decides what chance does: the same seed, the same result."""

from __future__ import annotations

import secrets

#: Seeds that are drawn are below this; it is the most that any caller needs to type.
SEEDS = 2**31


def seed_or_chance(seed: int | None) -> int:
    """The seed, or one that nobody has chosen."""
    return secrets.randbelow(SEEDS) if seed is None else seed
