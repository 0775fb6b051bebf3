"""Is an evaluation that was killed in the middle worth the same as one that was not?

    python -m benchmarks.resuming DATA [--answers N] [--kills K]

Runs `refdesk eval run` on the set in a data home of its own, kills it (SIGKILL) K times at different rows,
lets it go on each time, runs it once more undisturbed in another data home, and compares all rows but for
their times. Exit status 1 where they differ.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from evaluation.run_folder import load_run
from evaluation.types import Outcome, Row, Run
from machine import cache_folder, models_folder

_RUN = "resumed"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path, help="a question set that brings its documents")
    parser.add_argument("--answers", type=int, default=0, metavar="N", help="N questions, answered too")
    parser.add_argument("--kills", type=int, default=2, metavar="K", help="how often it is killed (2)")
    arguments = parser.parse_args()
    command = [sys.executable, "-m", "apps.cli.main", "eval", "run", str(arguments.data.absolute())]
    command += ["--name", _RUN, "--json"]
    if arguments.answers:
        command += ["--answers", "--questions", str(arguments.answers)]
    with tempfile.TemporaryDirectory(prefix="refdesk-resuming-") as place:
        killed, whole = Path(place) / "killed", Path(place) / "whole"
        for home in (killed, whole):
            _prepare(home)
        for number in range(1, arguments.kills + 1):
            _kill_after(command, killed, number)
        subprocess.run(command, env=_environment(killed), check=True, stdout=subprocess.DEVNULL)
        subprocess.run(command, env=_environment(whole), check=True, stdout=subprocess.DEVNULL)
        first, second = (load_run(home / "evaluation" / "runs" / _RUN) for home in (killed, whole))
    differing = _differing(first, second)
    print(
        f"{first.manifest.question_set}: {len(first.rows)} questions, killed {arguments.kills} times; "
        f"{len(differing)} rows differ in more than times{': ' if differing else ''}{', '.join(differing)}"
    )
    return 1 if differing else 0


def _kill_after(command: list[str], home: Path, number: int) -> None:
    """Start it, and kill it once some more rows are there, in the middle of one."""
    rows = home / "evaluation" / "runs" / _RUN / "rows.jsonl"
    before = _count(rows)
    with subprocess.Popen(
        command, env=_environment(home), stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        while _count(rows) < before + 3 * number and process.poll() is None:
            time.sleep(0.02)
        if process.poll() is not None:
            raise SystemExit(f"The run ended with {process.returncode} before it could be killed.")
        os.killpg(process.pid, signal.SIGKILL)
    print(f"killed after {_count(rows)} rows", flush=True)


def _count(rows: Path) -> int:
    return rows.read_bytes().count(b"\n") if rows.is_file() else 0


def _prepare(home: Path) -> None:
    home.mkdir()
    (home / "models").symlink_to(models_folder())
    (home / "cache").mkdir()
    known = list(cache_folder().iterdir()) if cache_folder().is_dir() else []
    for converted in known:  # all but earlier calls, which would answer everything
        if not converted.name.startswith("evaluation-calls"):
            (home / "cache" / converted.name).symlink_to(converted)


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "REFDESK_HOME": str(home)}


def _differing(first: Run, second: Run) -> list[str]:
    """Ids of questions whose rows are not the same but for times and the data home's path."""
    ours = {row.question.id: _timeless(row) for row in first.rows}
    theirs = {row.question.id: _timeless(row) for row in second.rows}
    return [id for id in {**ours, **theirs} if ours.get(id) != theirs.get(id)]


def _timeless(row: Row) -> str:
    scores = {name: value for name, value in row.scores.items() if not name.endswith("_seconds")}
    retrieval, reply = row.outcome.retrieval, row.outcome.reply
    outcome = Outcome(
        retrieval and replace(retrieval, seconds=0.0),
        reply
        and replace(
            reply, first_text_seconds=0.0, first_checked_seconds=None, total_seconds=0.0, reused_tokens=0
        ),
        row.outcome.error,
    )
    # What the model still had in memory of the last question is a matter of time, not of the answer.
    scores.pop("reused_tokens", None)
    text = repr((row.question, outcome, sorted(scores.items())))
    return text.replace("/killed/", "/").replace("/whole/", "/")


if __name__ == "__main__":
    sys.exit(main())
