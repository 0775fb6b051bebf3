"""How far something is that goes in steps, on standard error: the listeners of `image` and `music`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from apps.cli.screen import note

if TYPE_CHECKING:
    from PIL.Image import Image

    from generators.image.protocol import StepDone

_SECONDS_BETWEEN_LINES = 10.0
_PREVIEW_SCALE = 4


class StepLine:
    """One line rewritten on a terminal, else a line every few seconds."""

    def __init__(
        self,
        seconds_between: float = _SECONDS_BETWEEN_LINES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds_between = seconds_between
        self._now = now
        self._written_at = now()

    def show(self, line: str, *, last: bool) -> None:
        """Say that it is this far; after the `last` the line on the terminal is left as it is."""
        if sys.stderr.isatty():
            typer.echo(f"\r{line}" + ("\n" if last else ""), err=True, nl=False)
        elif self._now() - self._written_at >= self._seconds_between:
            self._written_at = self._now()
            note(line)


class DrawingProgress:
    """With `preview` the rough picture of each step is written there, whole or not at all."""

    def __init__(self, preview: Path | None = None, line: StepLine | None = None) -> None:
        self._preview = preview
        self._line = line or StepLine()

    def __call__(self, step: StepDone) -> None:
        if self._preview is not None and step.preview is not None:
            _write_preview(step.preview, self._preview)
        self._line.show(
            f"picture {step.picture_number} of {step.pictures}, step {step.step} of {step.steps}",
            last=step.picture_number == step.pictures and step.step == step.steps,
        )


class PlayingProgress:
    """`seconds` is how long the sound will be."""

    def __init__(self, seconds: float, line: StepLine | None = None) -> None:
        self._seconds = seconds
        self._line = line or StepLine()

    def __call__(self, step: int, steps: int) -> None:
        played = self._seconds * step / steps
        self._line.show(f"{played:.1f} of {self._seconds:g} s, step {step} of {steps}", last=step == steps)


def _write_preview(preview: Image, file: Path) -> None:
    staging = file.with_name(f".{file.name}.part")
    preview.resize((preview.width * _PREVIEW_SCALE, preview.height * _PREVIEW_SCALE)).save(staging, "PNG")
    staging.replace(file)
