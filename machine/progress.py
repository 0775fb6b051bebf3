"""What a long transfer says while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of a transfer.

    `source` is `hub`, `wheels`, `bundle` or `disk`. `note` is a sentence for people where there is
    something to say, else empty. The bytes count the model's own files, finished ones included.
    """

    model: str
    source: str
    note: str
    done_bytes: int
    total_bytes: int


ProgressListener = Callable[[Progress], None]


def silent(event: Progress) -> None:
    """Listens to nothing."""
