"""One question set, many settings: what quality each buys, and at what time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

from evaluation.comparison import compare, corrected
from evaluation.errors import EvaluationError, NotComparable
from evaluation.provenance import fingerprint
from evaluation.runner import plain_name
from evaluation.summaries import summarise
from evaluation.types import QuestionSet, Run
from evaluation.verdicts import Sweep, Variant

#: Measures one variant: its run's name and the values that are its own.
MeasureVariant = Callable[[str, Mapping[str, str]], Run]


def sweep(
    name: str,
    grid: Mapping[str, Sequence[str]],
    measure_variant: MeasureVariant,
    metrics: Sequence[str],
    seed: int = 0,
) -> Sweep:
    """Every combination of the grid's values, measured in order; the first is what others are compared with.

    The p-values of all variants' changes in these metrics are corrected together. An interrupted sweep,
    given again, goes on: each variant is a run of its own.
    """
    variants = []
    for number, values in enumerate(combinations(grid), start=1):
        run = measure_variant(f"{name}@{number:02d}", values)
        if number == 1:
            _refuse_unknown(metrics, run)
        wanted = [metric for metric in run.manifest.metrics if metric.name in metrics]
        variants.append(Variant(values, run, summarise(run.rows, wanted, seed)))
    first = variants[0].run
    compared = [compare(first, variant.run, metrics=metrics, seed=seed) for variant in variants[1:]]
    warnings = dict.fromkeys(warning for comparison in compared for warning in comparison.warnings)
    changes = corrected([comparison.changes for comparison in compared])
    return Sweep(name, tuple(variants), changes, tuple(warnings))


def _refuse_unknown(metrics: Sequence[str], run: Run) -> None:
    """Before anything else is measured for nothing."""
    known = [metric.name for metric in run.manifest.metrics]
    for name in metrics:
        if name not in known:
            raise NotComparable(f"There is no metric {name!r} here. There are: {', '.join(known)}.")


def sweep_name(question_set: QuestionSet, grid: Mapping[str, Sequence[str]]) -> str:
    """The set's name with what is varied: the same sweep goes on, another is another."""
    varied = fingerprint({name: ",".join(values) for name, values in grid.items()})
    return f"{plain_name(question_set)}-sweep-{varied[:8]}"


def combinations(grid: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """The first value of each setting first, the last setting's values changing fastest."""
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def parse_grid(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`setting=value,value` as a grid. Raises EvaluationError."""
    grid: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, equals, listed = text.partition("=")
        values = tuple(dict.fromkeys(value.strip() for value in listed.split(",") if value.strip()))
        if not equals or not name.strip() or not values:
            raise EvaluationError(
                f"{text!r} is nothing to vary: write SETTING=VALUE,VALUE, such as passages.hits=4,8."
            )
        grid[name.strip()] = values
    return grid
