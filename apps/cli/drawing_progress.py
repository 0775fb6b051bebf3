"""How far a picture is, on standard error and as a small file to look at."""

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


class DrawingProgress:
    """A listener for steps: one line rewritten on a terminal, else a line every few seconds.

    With `preview` the rough picture of each step is written there, whole or not at all.
    """

    def __init__(
        self,
        preview: Path | None = None,
        seconds_between: float = _SECONDS_BETWEEN_LINES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._preview = preview
        self._seconds_between = seconds_between
        self._now = now
        self._written_at = now()

    def __call__(self, step: StepDone) -> None:
        if self._preview is not None and step.preview is not None:
            _write_preview(step.preview, self._preview)
        line = f"picture {step.picture_number} of {step.pictures}, step {step.step} of {step.steps}"
        if sys.stderr.isatty():
            last = step.picture_number == step.pictures and step.step == step.steps
            typer.echo(f"\r{line}" + ("\n" if last else ""), err=True, nl=False)
        elif self._now() - self._written_at >= self._seconds_between:
            self._written_at = self._now()
            note(line)


def _write_preview(preview: Image, file: Path) -> None:
    staging = file.with_name(f".{file.name}.part")
    preview.resize((preview.width * _PREVIEW_SCALE, preview.height * _PREVIEW_SCALE)).save(staging, "PNG")
    staging.replace(file)
