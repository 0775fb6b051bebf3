"""`refdesk eval runs`: what was measured so far."""

from __future__ import annotations

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, Verbose
from apps.cli.screen import write, write_json, write_table


def runs(as_json: AsJson = False, verbose: Verbose = False) -> None:
    """List the runs that are kept, the latest last."""
    with errors_in_words(as_json, verbose):
        from evaluation.run_folder import list_runs, load_run, runs_folder

        found = [load_run(name, unfinished=True) for name in list_runs()]
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
            write_json({"schema": SCHEMA, "runs": listed})
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
        else:
            write("No runs yet. Make one: refdesk eval run SET")
