"""`refdesk eval sweep`: one question set over several settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, ModelEngine, Verbose
from apps.cli.evaluation.measuring import Measuring, interruption, measured
from apps.cli.evaluation.options import (
    Anew,
    Answerable,
    Answers,
    AskedCollection,
    MetricNames,
    Questions,
    QuestionSetPath,
    Scoped,
    Seed,
    SetValues,
    Unanswerable,
    drawn_set,
    given_command,
    settings_with,
)
from apps.cli.evaluation.run import scoring_of
from apps.cli.evaluation.tables import change_as_json, number, summary_as_json, write_changes
from apps.cli.screen import write, write_json, write_table

if TYPE_CHECKING:
    from evaluation.types import Run
    from evaluation.verdicts import Sweep

Vary = Annotated[
    list[str],
    typer.Option(
        "--vary",
        metavar="SETTING=A,B",
        help="Values of a setting by its dotted name. Repeatable: all combinations are measured, and the "
        "first is what the others are compared with.",
        show_default=False,
    ),
]


def sweep(
    question_set: QuestionSetPath,
    vary: Vary,
    collection: AskedCollection = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What to call the sweep and its runs.")
    ] = None,
    answers: Answers = False,
    questions: Questions = None,
    answerable: Answerable = None,
    unanswerable: Unanswerable = None,
    scoped: Scoped = False,
    metric: MetricNames = None,
    model: ModelEngine = None,
    set_values: SetValues = None,
    seed: Seed = 0,
    anew: Anew = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Measure several settings on one question set, quality against time.

    Settings that decide how documents are cut or embedded (ingest.splitter, ingest.embedder) need a set that
    brings its documents: each is read into a collection of its own. An interrupted sweep goes on when the
    same command is given again.

    \b
    Examples:
      refdesk eval sweep ~/sets/scifact --vary retrieval.dense_weight=0.6,0.3,0.8
      refdesk eval sweep questions.csv -c work --answers --vary passages.cpu_token_budget=200,400
      refdesk eval sweep ~/sets/papers --vary ingest.splitter.max_tokens=200,120 --vary passages.hits=8,4
    """
    with errors_in_words(as_json, verbose):
        from apps.errors import WrongUse
        from evaluation.asking import RunSettings
        from evaluation.main_metrics import main_metrics
        from evaluation.sweep import combinations, parse_grid, sweep_name
        from evaluation.sweep import sweep as measure_all

        asked = drawn_set(question_set, questions, answerable, unanswerable, seed)
        grid = parse_grid(vary)
        if collection is not None and any(name.startswith("ingest.") for name in grid):
            raise WrongUse(
                "How a collection was read cannot be varied with -c. Leave -c out, with a set that brings "
                "its documents."
            )
        for values in combinations(grid):  # a wrong value is told before anything is measured
            settings_with(model, [*(set_values or ()), *_as_texts(values)])
        running = RunSettings(answers=answers, scoped=scoped, seed=seed)
        measuring = Measuring(asked, collection, running, anew)
        metrics: list[str] = []
        with interruption() as stop:

            def measure_variant(run_name: str, values: Mapping[str, str]) -> Run:
                settings = settings_with(model, [*(set_values or ()), *_as_texts(values)])
                run = measured(measuring, settings, scoring_of(settings, None, answers, None), run_name, stop)
                if not metrics:
                    metrics.extend(metric or main_metrics(run))
                return run

            done = measure_all(name or sweep_name(asked, grid), grid, measure_variant, metrics, seed)
        _tell(done, metrics, as_json)


def _as_texts(values: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in values.items()]


def _tell(done: Sweep, metrics: list[str], as_json: bool) -> None:
    from evaluation.errors import NotComparable
    from evaluation.report import write_sweep_report
    from evaluation.run_folder import report_folder

    if not metrics:
        raise NotComparable("No question of the sweep has any score: see the runs' reports for the errors.")
    seconds = next((name for name in metrics if name.endswith("_seconds")), None)
    quality = next((name for name in metrics if name != seconds), metrics[0])
    reports = write_sweep_report(
        done, report_folder(done.name), quality=quality, seconds=seconds, reproduce=given_command()
    )
    if as_json:
        write_json(
            {
                "schema": SCHEMA,
                "sweep": done.name,
                "variants": [
                    {
                        "run": variant.run.manifest.name,
                        "values": dict(variant.values),
                        "scores": [summary_as_json(summary) for summary in variant.summaries],
                    }
                    for variant in done.variants
                ],
                "warnings": list(done.warnings),
                "changes": [[change_as_json(change) for change in changes] for changes in done.changes],
                "reports": [str(report) for report in reports],
            }
        )
        return
    header = ["run", *done.variants[0].values, *metrics]
    rows = []
    for variant in done.variants:
        means = {summary.metric.name: summary for summary in variant.summaries}
        cells = [
            number(means[name].estimate.mean, means[name].metric) if name in means else "" for name in metrics
        ]
        rows.append([variant.run.manifest.name, *variant.values.values(), *cells])
    write_table(header, rows)
    for variant, changes in zip(done.variants[1:], done.changes, strict=True):
        write()
        write(f"{variant.run.manifest.name} against {done.variants[0].run.manifest.name}:", bold=True)
        write_changes(changes)
    for warning in done.warnings:
        write(f"Warning: {warning}")
    write(f"Reports: {reports[0]} and {reports[1].name}")
