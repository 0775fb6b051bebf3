"""Figures of pictures and sounds as a table for people, and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from apps.cli.boundary import PROBLEM
from apps.cli.screen import count_of, note, write, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.measured import LeftOut, Measured


def write_figures(figures: Sequence[Measured], warnings: Sequence[str], counted: str) -> None:
    """A line per figure, then what a reader should know of them. `counted` names what was counted."""
    rows = [
        [
            figure.name,
            _number(figure, figure.value),
            _spread(figure),
            f"{figure.count:,}",
            figure.better or "",
        ]
        for figure in figures
    ]
    write_table(["metric", "value", "95% interval", counted, "better"], rows)
    if warnings:
        write()
    for warning in warnings:
        write(f"Warning: {warning}")


def figure_as_json(figure: Measured) -> dict[str, object]:
    return {
        "metric": figure.name,
        "higher_is_better": None if figure.better is None else figure.better == "higher",
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "deviation": figure.deviation,
        "unit": figure.unit or None,
        "count": figure.count,
    }


def left_out_as_json(left_out: Sequence[LeftOut]) -> list[dict[str, str]]:
    return [{"file": left.file, "reason": left.reason} for left in left_out]


def end_with(left_out: Sequence[LeftOut]) -> None:
    """Name the files that could not be read, and exit with 1 if there are any."""
    if not left_out:
        return
    note(f"{count_of(len(left_out), 'file')} could not be read and {_is(len(left_out))} left out:")
    for left in left_out:
        note(f"  {left.file}: {left.reason}")
    raise typer.Exit(PROBLEM)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _number(figure: Measured, value: float) -> str:
    unit = f" {figure.unit}" if figure.unit else ""
    return f"{value:.1f}{unit}" if figure.unit or abs(value) >= 100 else f"{value:.3f}"


def _spread(figure: Measured) -> str:
    if figure.low is not None and figure.high is not None:
        return f"{_number(figure, figure.low)} to {_number(figure, figure.high)}"
    return "" if figure.deviation is None else f"deviation {_number(figure, figure.deviation)}"
