"""`refdesk eval runs`: what was measured so far."""

from __future__ import annotations

import typer

from apps.cli.boundary import PROBLEM, SCHEMA, errors_in_words
from apps.cli.context import AsJson, Verbose
from apps.cli.screen import write, write_json, write_table


def runs(as_json: AsJson = False, verbose: Verbose = False) -> None:
    """List the runs that are kept, the latest last."""
    with errors_in_words(as_json, verbose):
        from evaluation.errors import RunDamaged
        from evaluation.run_folder import list_runs, load_run, runs_folder

        found, damaged = [], []
        for name in list_runs():
            try:
                found.append(load_run(name, unfinished=True))
            except RunDamaged as error:
                damaged.append(str(error))
        if as_json:
            listed = [
                {
                    "run": run.manifest.name,
                    "question_set": run.manifest.question_set,
                    "questions": len(run.rows),
                    "complete": run.is_whole,
                    "started_at": run.manifest.started_at,
                }
                for run in found
            ]
            write_json({"schema": SCHEMA, "runs": listed, "damaged": damaged})
        elif found:
            rows = [
                [
                    run.manifest.name,
                    run.manifest.question_set,
                    f"{len(run.rows):,} of {run.manifest.question_count:,}",
                    run.manifest.started_at,
                ]
                for run in found
            ]
            write_table(["run", "set", "questions", "begun (UTC)"], rows)
            write(f"They lie in {runs_folder()}.")
        elif not damaged:
            write("No runs yet. Make one: refdesk eval run SET")
        if damaged and not as_json:
            write("\n".join(damaged))
        if damaged:
            raise typer.Exit(PROBLEM)
