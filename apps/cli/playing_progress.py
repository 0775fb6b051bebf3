"""How far a piece of music is, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import typer

from apps.cli.screen import note

_SECONDS_BETWEEN_LINES = 10.0


class PlayingProgress:
    """A listener for steps: one line rewritten on a terminal, else a line every few seconds."""

    def __init__(
        self,
        seconds: float,
        seconds_between: float = _SECONDS_BETWEEN_LINES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._seconds_between = seconds_between
        self._now = now
        self._written_at = now()

    def __call__(self, step: int, steps: int) -> None:
        played = self._seconds * step / steps
        line = f"{played:.1f} of {self._seconds:g} s, step {step} of {steps}"
        if sys.stderr.isatty():
            typer.echo(f"\r{line}" + ("\n" if step == steps else ""), err=True, nl=False)
        elif self._now() - self._written_at >= self._seconds_between:
            self._written_at = self._now()
            note(line)
