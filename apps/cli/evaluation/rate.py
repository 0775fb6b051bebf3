"""`refdesk eval rate` and `ratings`: people rate answers, and what they said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, Verbose
from apps.cli.evaluation.options import Seed
from apps.cli.evaluation.rating_tables import results_as_json, write_results
from apps.cli.screen import count_of, write, write_json

if TYPE_CHECKING:
    from evaluation.rating.tasks import RatingTask

_PAGE = "apps.rating.entry"


def rate(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run with answers: its name or folder.", show_default=False)
    ],
    other: Annotated[
        str | None, typer.Argument(metavar="RUN2", help="The run to hold beside it, answer by answer.")
    ] = None,
    scale: Annotated[
        bool,
        typer.Option(
            "--scale", help="One answer at a time, graded 1 to 5. That is what one run alone gets anyway."
        ),
    ] = False,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="What to call the ratings. Without it: the runs' names."),
    ] = None,
    questions: Annotated[
        int | None, typer.Option("--questions", metavar="N", min=1, help="N questions, drawn by the seed.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="NUMBER", min=1, max=65535, help="Else the first free one from 8501."),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it in a browser, where there is one.")
    ] = True,
    seed: Seed = 0,
    verbose: Verbose = False,
) -> None:
    """Open a page on which people rate answers without knowing whose they are.

    Two runs: both answers side by side, A, B or neither. One run, or --scale: one answer, 1 to 5. Each rater
    has an order of their own, gives a name first, and can go on later. Keys: A, T, B; 1 to 5; Z goes back.
    The page is served to this machine alone, until Ctrl-C.

    \b
    Examples:
      refdesk eval rate before after
      refdesk eval rate after --questions 50
    """
    with errors_in_words(verbose=verbose):
        from apps.cli.ui import has_browser, serve, streamlit_command
        from evaluation.rating.ratings_file import begin_ratings
        from evaluation.rating.tasks import rating_task
        from evaluation.run_folder import load_run

        runs = [load_run(one) for one in (run, other) if one is not None]
        task = rating_task(runs, scale=scale, count=questions, seed=seed, name=name or "")
        begin_ratings(task)
        command = streamlit_command(port, browser and has_browser(), page=_PAGE, verbose=verbose)
        write(_begun(task))
        raise typer.Exit(serve(command, {"REFDESK_RATINGS": task.name}))


def ratings(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="What `eval rate` called them; without it they are listed."),
    ] = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Say what people rated: how far they agree, who wins and how surely.

    Two raters: Cohen's kappa; more: Krippendorff's alpha. A win rate counts a tie as half, over items, with
    its 95% interval; each rater's wins are told apart from ties.

    \b
    Example:
      refdesk eval ratings before--after
    """
    with errors_in_words(as_json, verbose):
        from evaluation.rating.ratings_file import list_ratings, load_ratings, load_task
        from evaluation.rating.results import rating_results

        if name is None:
            found = list_ratings()
            if as_json:
                write_json({"schema": SCHEMA, "ratings": found})
            else:
                write("\n".join(found) or "No ratings yet. Begin some: refdesk eval rate RUN")
            return
        results = rating_results(load_task(name), load_ratings(name))
        if as_json:
            write_json({"schema": SCHEMA, **results_as_json(results)})
        else:
            write_results(results)


def _begun(task: RatingTask) -> str:
    what = count_of(len(task.items), "pair" if task.kind == "pairs" else "answer")
    same = (
        f" {count_of(task.equal_answers, 'pair')} that say the same are left out."
        if task.equal_answers
        else ""
    )
    return f"{what} to rate.{same} What was rated: refdesk eval ratings {task.name}"
