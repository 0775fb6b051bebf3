"""What was measured, for those who only want to read it: finished runs, their main figures, their reports."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from machine import evaluation_folder


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with the bounds of its 95% interval, over `count` questions."""

    name: str
    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """One run. `report` is None where none was written; `problem` says why it cannot be read."""

    name: str
    question_set: str = ""
    started_at: str = ""
    done: int = 0
    questions: int = 0
    figures: tuple[Figure, ...] = ()
    report: Path | None = None
    problem: str | None = None


def measured_runs(count: int) -> tuple[tuple[MeasuredRun, ...], int]:
    """The latest runs, at most `count`, the newest first; and how many there are in all."""
    from evaluation.run_folder import list_runs, run_path

    names = list_runs()
    latest = names[::-1][:count]
    return tuple(_read(name, _age(run_path(name))) for name in latest), len(names)


def other_reports() -> tuple[Path, ...]:
    """Reports of comparisons and sweeps, the newest first."""
    found = [file for file in (evaluation_folder() / "reports").glob("*/*.html") if file.is_file()]
    return tuple(sorted(found, key=lambda file: file.stat().st_mtime_ns, reverse=True))


def framed(report: str) -> str:
    """A page that shows the report in a frame: no scripts run in it, and nothing is loaded from anywhere."""
    import html

    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-src 'self'"
    return (
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{policy}">'
        "<style>html, body {margin: 0; height: 100%; background: #fff} iframe {border: 0; width: 100%; "
        'height: 100%}</style><iframe sandbox="" title="Report" '
        f'srcdoc="{html.escape(report, quote=True)}"></iframe>'
    )


def _age(folder: Path) -> tuple[int, ...]:
    files = (folder / name for name in ("manifest.json", "rows.jsonl", "report.html"))
    return tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)


@lru_cache(maxsize=200)
def _read(name: str, age: tuple[int, ...]) -> MeasuredRun:  # noqa: ARG001 - a key
    """Read once for each state of its files: a run may have thousands of rows."""
    from evaluation.errors import EvaluationError
    from evaluation.main_metrics import main_metrics
    from evaluation.run_folder import load_run, run_path
    from evaluation.summaries import summarise

    try:
        run = load_run(name, unfinished=True)
    except EvaluationError as error:
        return MeasuredRun(name, problem=str(error))
    wanted = set(main_metrics(run))
    metrics = [metric for metric in run.manifest.metrics if metric.name in wanted]
    figures = tuple(
        Figure(
            each.metric.name, each.estimate.mean, each.estimate.low, each.estimate.high, each.estimate.count
        )
        for each in summarise(run.rows, metrics)
    )
    report = run_path(name) / "report.html"
    return MeasuredRun(
        name,
        run.manifest.question_set,
        run.manifest.started_at,
        len(run.rows),
        run.manifest.question_count,
        figures,
        report if report.is_file() else None,
    )
