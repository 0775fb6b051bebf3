"""`refdesk eval`: the commands that measure, together."""

from __future__ import annotations

import typer

from apps.cli.evaluation.calibrate import calibrate
from apps.cli.evaluation.compare import compare, gate
from apps.cli.evaluation.images import images
from apps.cli.evaluation.judge import judge
from apps.cli.evaluation.make import make
from apps.cli.evaluation.rate import rate, ratings
from apps.cli.evaluation.review import review
from apps.cli.evaluation.run import run
from apps.cli.evaluation.runs import runs
from apps.cli.evaluation.sounds import sounds
from apps.cli.evaluation.sweep import sweep

evaluation = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
evaluation.command()(run)
evaluation.command()(compare)
evaluation.command()(gate)
evaluation.command()(sweep)
evaluation.command()(calibrate)
evaluation.command()(judge)
evaluation.command()(make)
evaluation.command()(review)
evaluation.command()(runs)
evaluation.command()(images)
evaluation.command()(sounds)
evaluation.command()(rate)
evaluation.command()(ratings)


@evaluation.callback()
def measure() -> None:
    """Score answers and searches, compare runs, gate changes.

    \b
    First steps:
      refdesk eval run questions.csv -c work --answers --name before
      (change something)
      refdesk eval run questions.csv -c work --answers --name after
      refdesk eval compare before after
    """
