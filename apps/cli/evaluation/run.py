"""`refdesk eval run`: a question set asked, scored, kept and reported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, ModelEngine, Verbose
from apps.cli.evaluation.measuring import Measuring, interruption, measured
from apps.cli.evaluation.options import (
    Anew,
    Answerable,
    Answers,
    AskedCollection,
    LeastKappa,
    Questions,
    QuestionSetPath,
    Scoped,
    Seed,
    SetValues,
    Unanswerable,
    drawn_set,
    settings_with,
)
from apps.cli.evaluation.tables import gap_as_json, slice_as_json, summary_as_json, write_summaries
from apps.cli.screen import write, write_json
from apps.settings import settings_from

if TYPE_CHECKING:
    from evaluation.assembly import Scoring
    from evaluation.types import Run
    from rag import Settings

RunName = Annotated[
    str | None,
    typer.Option(
        "--name", metavar="RUN", help="What to call the run. Without it: the set's name and what made it."
    ),
]
LevelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--level",
        metavar="LEVEL",
        help="Score the search by document, page or chunk. Repeatable. Without it: pages where the gold "
        "names them, else documents.",
    ),
]
Perplexity = Annotated[
    str | None,
    typer.Option(
        "--perplexity", metavar="MODEL", help="Also how surprising the answers are to this language model."
    ),
]
JudgeEngine = Annotated[
    str | None,
    typer.Option(
        "--judge",
        metavar="ENGINE",
        help="Also what this language model makes of the answers, named as for --model (`langchain:` models "
        "too). With each score stands how far the judge agrees with people: see `refdesk eval judge`.",
    ),
]
RubricNames = Annotated[
    list[str] | None,
    typer.Option(
        "--rubric",
        metavar="RUBRIC",
        help="What is judged: correct, faithful, complete, relevant, or a .toml file. Repeatable. "
        "Without it: all four.",
    ),
]


def run(
    question_set: QuestionSetPath,
    collection: AskedCollection = None,
    name: RunName = None,
    answers: Answers = False,
    questions: Questions = None,
    answerable: Answerable = None,
    unanswerable: Unanswerable = None,
    scoped: Scoped = False,
    level: LevelOption = None,
    perplexity: Perplexity = None,
    judge: JudgeEngine = None,
    rubric: RubricNames = None,
    least_kappa: LeastKappa = 0.4,
    model: ModelEngine = None,
    set_values: SetValues = None,
    seed: Seed = 0,
    anew: Anew = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Ask a set of questions and score what comes.

    Each question is searched for and, with --answers, answered. Every mean comes with its 95% interval. The
    run is kept with all that made it, and reported as one HTML and one Markdown file. An interrupted run goes
    on where it stopped when the same command is given again; calls that were made before are not made again.

    \b
    Examples:
      refdesk eval run questions.csv -c work --answers
      refdesk eval run ~/sets/scifact --set retrieval.dense_weight=0.4 --name lighter
    """
    with errors_in_words(as_json, verbose):
        from evaluation.asking import RunSettings

        asked = drawn_set(question_set, questions, answerable, unanswerable, seed)
        settings = settings_with(model, set_values or ())
        scoring = judged_by(judge, rubric, least_kappa, scoring_of(settings, level, answers, perplexity))
        running = RunSettings(answers=answers, scoped=scoped, chunks="chunk" in (level or ()), seed=seed)
        measuring = Measuring(asked, collection, running, anew)
        with interruption() as stop:
            done = measured(measuring, settings, scoring, name, stop)
        _tell(done, as_json)


def scoring_of(
    settings: Settings, levels: list[str] | None, answers: bool, perplexity: str | None
) -> Scoring:
    """Raises WrongUse for a level that there is not."""
    from apps.errors import WrongUse
    from evaluation.assembly import Scoring

    for level in levels or ():
        if level not in {"document", "page", "chunk"}:
            raise WrongUse(f"{level!r} is no level: document, page or chunk.")
    known = cast("list[Literal['document', 'page', 'chunk']]", levels)
    return Scoring(
        levels=tuple(known) if levels else None,
        answers=answers,
        perplexity=perplexity,
        embedder_engine=settings.ingest.embedder.engine,
    )


def judged_by(judge: str | None, rubrics: list[str] | None, least_kappa: float, scoring: Scoring) -> Scoring:
    """The scoring with that judge. Raises WrongUse for one that would have nothing to judge, or to judge
    by."""
    from apps.errors import WrongUse

    if judge is None and rubrics:
        raise WrongUse("--rubric says what a judge judges by. Name the judge with --judge ENGINE.")
    if judge is None:
        return scoring
    if not scoring.answers:
        raise WrongUse("--judge judges answers. Give --answers too.")
    named = replace(scoring, judge=settings_from(judge).generator.engine, least_kappa=least_kappa)
    return replace(named, rubrics=tuple(rubrics)) if rubrics else named


def _tell(done: Run, as_json: bool) -> None:
    from evaluation.gaps import largest_gaps, quality_metrics
    from evaluation.report import write_run_report
    from evaluation.report.cost_tables import energy_words
    from evaluation.report.gap_tables import gap_words, named_gaps
    from evaluation.report.scores import main_metric
    from evaluation.run_folder import run_path
    from evaluation.summaries import slices, summarise, warnings_of

    summaries, warnings = summarise(done.rows, done.manifest.metrics), warnings_of(done)
    parts, gaps = slices(done), largest_gaps(done, quality_metrics(done))
    reports: tuple[Path, Path] = write_run_report(
        done,
        summaries,
        parts,
        run_path(done.manifest.name),
        reproduce=done.manifest.surroundings.get("command", ""),
        warnings=warnings,
        gaps=gaps,
    )
    is_told = any(summary.metric.name == "energy_joules" for summary in summaries)
    if as_json:
        write_json(
            {
                "schema": SCHEMA,
                "run": done.manifest.name,
                "questions": len(done.rows),
                "scores": [summary_as_json(summary) for summary in summaries],
                "slices": [slice_as_json(one) for one in parts],
                "gaps": [gap_as_json(gap) for gap in gaps],
                "energy": energy_words(done, is_told),
                "warnings": list(warnings),
                "reports": [str(report) for report in reports],
            }
        )
        return
    write_summaries(summaries)
    write()
    for gap in named_gaps(gaps, main_metric([summary.metric for summary in summaries])):
        write(gap_words(gap))
    for warning in warnings:
        write(f"Warning: {warning}")
    write(f"The run '{done.manifest.name}' is kept. Reports: {reports[0]} and {reports[1].name}")
