"""A number about a set of pictures or sounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Measured:
    """A number, the interval that holds the true one 95 times in 100, and how many files it is of.

    `low` and `high` are None where no honest interval is known, `better` is None where neither way is.
    `deviation` is the standard deviation over parts of the set, where the value is their mean.
    """

    name: str
    value: float
    count: int
    better: Better | None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    deviation: float | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that could not be measured, and why, in words."""

    file: str
    reason: str
