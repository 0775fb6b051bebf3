"""`refdesk eval compare` and `gate`: two runs on the same questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.cli.boundary import PROBLEM, SCHEMA, errors_in_words
from apps.cli.context import AsJson, Verbose
from apps.cli.evaluation.options import MetricNames, given_command
from apps.cli.evaluation.tables import change_as_json, write_changes
from apps.cli.screen import note, write, write_json

if TYPE_CHECKING:
    from evaluation.gate import GateResult
    from evaluation.verdicts import Comparison

Sought = Annotated[
    float | None,
    typer.Option("--see", metavar="X", min=1e-9, help="Say how many questions would show a change of X."),
]
AllMetrics = Annotated[
    bool, typer.Option("--all-metrics", help="Compare all metrics; p is corrected for all of them.")
]
Baseline = Annotated[
    str,
    typer.Option(
        "--baseline", metavar="RUN", help="The run to hold to: its name, or its folder.", show_default=False
    ),
]
MaxLoss = Annotated[
    list[str],
    typer.Option(
        "--max-loss",
        metavar="METRIC=X",
        help="How much worse a metric may get. Repeatable; p is corrected for these metrics.",
        show_default=False,
    ),
]
JUnit = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="Also write the checks as JUnit XML.")
]
Undecided = Annotated[
    str,
    typer.Option(
        "--undecided",
        metavar="pass|fail",
        help="What becomes of a metric for which there are too few questions to tell.",
    ),
]


def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A run's name or folder.", show_default=False)],
    second: Annotated[
        str, typer.Argument(metavar="B", help="The run to hold against it.", show_default=False)
    ],
    metric: MetricNames = None,
    all_metrics: AllMetrics = False,
    see: Sought = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Say what changed from run A to run B, and whether that is more than chance.

    Over the questions that both asked: paired differences with 95% intervals, a randomisation test corrected
    for the number of metrics, and how many questions would be needed to see a change of a given size.

    \b
    Example:
      refdesk eval compare before after --metric token_f1
    """
    with errors_in_words(as_json, verbose):
        from evaluation.comparison import compare as compare_runs
        from evaluation.main_metrics import main_metrics
        from evaluation.report import write_comparison_report
        from evaluation.run_folder import load_run, report_folder

        before, after = load_run(first), load_run(second)
        names = None if all_metrics else metric or main_metrics(after)
        sought = None if see is None else {known.name: see for known in after.manifest.metrics}
        comparison = compare_runs(before, after, metrics=names, sought_differences=sought)
        reports = write_comparison_report(
            comparison,
            report_folder(f"{before.manifest.name}--{after.manifest.name}"),
            reproduce=given_command(),
        )
        if as_json:
            write_json(_comparison_as_json(comparison, reports))
            return
        write_changes(comparison.changes)
        for warning in comparison.warnings:
            write(f"Warning: {warning}")
        write(f"Reports: {reports[0]} and {reports[1].name}")


def gate(
    baseline: Baseline,
    max_loss: MaxLoss,
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="The run to let in; without it the latest.")
    ] = None,
    junit: JUnit = None,
    undecided: Undecided = "pass",
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Let a run pass only if it loses no more than allowed against a baseline. For CI.

    A metric is lost when more than its --max-loss is gone and the loss is more than chance. It is held when
    the interval shows that no more than that was lost. Between the two it is undecided, which passes with a
    warning unless --undecided says fail. The exit code is 0 for passing and 1 for failing.

    \b
    Example:
      refdesk eval gate --baseline main --max-loss page.ndcg@10=0.02 --max-loss token_f1=0.03
    """
    with errors_in_words(as_json, verbose):
        from apps.errors import WrongUse
        from evaluation.gate import check_gate, parse_max_losses
        from evaluation.junit import write_junit
        from evaluation.run_folder import latest_run, load_run, run_path

        if undecided not in {"pass", "fail"}:
            raise WrongUse(f"--undecided is pass or fail, not {undecided!r}.")
        bounds, base = parse_max_losses(max_loss), run_path(baseline)
        named = run or latest_run(but=base)
        if named is None:
            raise WrongUse("There is no run but the baseline to let in. Make one with `refdesk eval run`.")
        entering = run_path(named)
        if entering.resolve() == base.resolve():
            raise WrongUse(f"{baseline!r} is the baseline and what is to be let in. Name another run.")
        result = check_gate(load_run(base), load_run(entering), bounds)
        passes = result.passes(undecided_passes=undecided == "pass")
        if junit is not None:
            write_junit(result, junit, undecided_passes=undecided == "pass")
        if as_json:
            write_json(_gate_as_json(result, passes))
        else:
            _write_gate(result, passes)
        if not passes:
            raise typer.Exit(PROBLEM)


def _write_gate(result: GateResult, passes: bool) -> None:
    runs = result.comparison
    write(f"{runs.second.manifest.name} against {runs.first.manifest.name}:")
    for check in result.checks:
        write(f"  {check.words}")
    for warning in runs.warnings:
        write(f"  Warning: {warning}")
    if result.missing_questions:
        write(f"  {len(result.missing_questions)} of the baseline's questions were not asked.")
    if result.failed_questions:
        write(f"  {len(result.failed_questions)} questions end in an error that did not before.")
    word: Literal["Passed", "Failed"] = "Passed" if passes else "Failed"
    write(f"{word}.", bold=True)
    if passes and any(check.verdict == "undecided" for check in result.checks):
        note("Passed with metrics undecided: there are too few questions to show that nothing was lost.")


def _gate_as_json(result: GateResult, passes: bool) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "passed": passes,
        "baseline": result.comparison.first.manifest.name,
        "run": result.comparison.second.manifest.name,
        "checks": [
            {
                "metric": check.change.metric.name,
                "verdict": check.verdict,
                "loss": check.loss,
                "loss_low": check.loss_low,
                "loss_high": check.loss_high,
                "max_loss": check.max_loss,
                "words": check.words,
            }
            for check in result.checks
        ],
        "failed_questions": list(result.failed_questions),
        "missing_questions": list(result.missing_questions),
        "warnings": list(result.comparison.warnings),
    }


def _comparison_as_json(comparison: Comparison, reports: tuple[Path, Path]) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "first": comparison.first.manifest.name,
        "second": comparison.second.manifest.name,
        "changes": [change_as_json(change) for change in comparison.changes],
        "warnings": list(comparison.warnings),
        "reports": [str(report) for report in reports],
    }
