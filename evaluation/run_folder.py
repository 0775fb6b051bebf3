"""Runs as they lie on disk: what made them, and a line per question.

    <data home>/evaluation/runs/<name>/
        manifest.json       all that made the run
        rows.jsonl          one line per question: what came of it, and its scores
        report.html, report.md

A row that was acknowledged is on the disk. One that was being written when the power went is not there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from evaluation.errors import EvaluationError, RunDamaged, RunMismatch, RunNotFound, RunUnfinished
from evaluation.types import Manifest, Row, Run
from machine import evaluation_folder
from machine.locking import exclusive

_LONGEST_FACT = 60
_MANIFEST, _ROWS, _LOCK = "manifest.json", "rows.jsonl", ".lock"
_NAME = re.compile(r"[^\W_][\w.@+-]{0,199}")


class RunFolder:
    """One run's folder, while it is written."""

    def __init__(self, folder: Path, rows: IO[bytes], run: Run) -> None:
        self.path = folder
        self._rows = rows
        self.begun = run
        """What was there when it was opened."""

    def add(self, row: Row) -> None:
        """Write a row; it is on the disk when this returns."""
        from pydantic import TypeAdapter

        self._rows.write(TypeAdapter(Row).dump_json(row) + b"\n")
        self._rows.flush()
        os.fsync(self._rows.fileno())


@contextmanager
def open_run_folder(manifest: Manifest, *, anew: bool = False) -> Iterator[RunFolder]:
    """The run of the manifest's name, to be begun or gone on with. One process at a time has it.

    `anew` forgets what is there. Raises RunMismatch where a run of that name was made otherwise.
    """
    folder = runs_folder() / checked_name(manifest.name)
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(folder / _LOCK, waiting=lambda: _refuse_taken(manifest.name)):
        if anew:
            (folder / _ROWS).unlink(missing_ok=True)
            (folder / _MANIFEST).unlink(missing_ok=True)
        if (folder / _MANIFEST).is_file():
            begun = _read(folder)
            _refuse_other(begun.manifest, manifest)
            cut_torn_line(folder / _ROWS)
        else:
            begun = Run(manifest, ())
            write_whole(folder / _MANIFEST, _manifest_json(manifest))
        with (folder / _ROWS).open("ab") as rows:
            yield RunFolder(folder, rows, begun)


def load_run(name: str | os.PathLike[str], *, unfinished: bool = False) -> Run:
    """The run of that name, or the one in a folder given as a path.

    Raises RunNotFound; RunUnfinished for one that is not whole, unless that is allowed.
    """
    run = _read(run_path(name))
    if not run.is_whole and not unfinished:
        raise RunUnfinished(
            f"The run {run.manifest.name!r} was interrupted: {len(run.rows)} of "
            f"{run.manifest.question_count} questions are done. The same `refdesk eval run` command goes on."
        )
    return run


def run_path(name: str | os.PathLike[str]) -> Path:
    """The folder of a run. Raises RunNotFound."""
    text = os.fspath(name)
    is_path = isinstance(name, os.PathLike) or os.sep in text
    folder = Path(text).expanduser() if is_path else runs_folder() / text
    if not (folder / _MANIFEST).is_file():
        some = ", ".join(list_runs()[-5:]) or "none yet"
        raise RunNotFound(f"There is no run {text!r}. The latest of those that are here: {some}.")
    return folder


def list_runs() -> list[str]:
    """Names of the runs in the data home, the one begun last at the end."""
    if not runs_folder().is_dir():
        return []
    found = [folder for folder in runs_folder().iterdir() if (folder / _MANIFEST).is_file()]
    return [folder.name for folder in sorted(found, key=lambda folder: (folder / _MANIFEST).stat().st_mtime)]


def latest_run(but: Path) -> str | None:
    """The name of the run begun last that is whole and can be read, other than the one in that folder."""
    for name in reversed(list_runs()):
        if run_path(name).resolve() == but.resolve():
            continue
        try:
            if _read(run_path(name)).is_whole:
                return name
        except RunDamaged:
            continue
    return None


def runs_folder() -> Path:
    return evaluation_folder() / "runs"


def report_folder(name: str) -> Path:
    """Where the report of a comparison or a sweep goes, made if it is not there."""
    folder = evaluation_folder() / "reports" / checked_name(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def checked_name(name: str) -> str:
    """The name, if it can be one. Raises EvaluationError."""
    if not _NAME.fullmatch(name):
        raise EvaluationError(
            f"{name!r} cannot be a run's name: letters, digits and - _ . @ +, beginning with a letter or "
            "digit, at most 200 of them."
        )
    return name


def _read(folder: Path) -> Run:
    """The run in the folder, which goes by the folder's name: it may have been copied."""
    from pydantic import TypeAdapter, ValidationError

    try:
        manifest = TypeAdapter(Manifest).validate_json((folder / _MANIFEST).read_bytes())
    except (ValidationError, OSError) as error:
        raise _damaged(folder, f"{_MANIFEST} is not what was written") from error
    file, adapter = folder / _ROWS, TypeAdapter(Row)
    rows: dict[
        str, Row
    ] = {}  # a question that ended in an error may have been asked again: its last row counts
    try:
        lines = file.read_bytes().split(b"\n")[:-1] if file.is_file() else []
    except OSError as error:
        raise _damaged(folder, f"{_ROWS} cannot be read ({error.strerror})") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = adapter.validate_json(line)
        except ValidationError as error:
            raise _damaged(folder, f"line {number} of {_ROWS} is no row of a run") from error
        rows[row.question.id] = row
    return Run(replace(manifest, name=folder.name), tuple(rows.values()))


def _damaged(folder: Path, why: str) -> RunDamaged:
    return RunDamaged(f"The run in {folder} cannot be read: {why}. Remove the folder and measure again.")


def cut_torn_line(file: Path) -> None:
    """A line without its end was never acknowledged."""
    if not file.is_file():
        return
    content = file.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with file.open("r+b") as rows:
            rows.truncate(whole)


def _refuse_other(begun: Manifest, wanted: Manifest) -> None:
    if begun.fingerprint == wanted.fingerprint:
        return
    differing = [
        f"{name}: {_shortened(begun.facts.get(name))} then, {_shortened(wanted.facts.get(name))} now"
        for name in sorted(begun.facts.keys() | wanted.facts.keys())
        if begun.facts.get(name) != wanted.facts.get(name) and name != "metrics"
    ]
    raise RunMismatch(
        f"There is a run {wanted.name!r}, and it was made otherwise:\n"
        + "".join(f"  {line}\n" for line in differing)
        + "Give this one another --name, or measure that one --anew."
    )


def _shortened(fact: str | None) -> str:
    if fact is None:
        return "nothing"
    return repr(fact if len(fact) <= _LONGEST_FACT else f"{fact[:_LONGEST_FACT]}...")


def _refuse_taken(name: str) -> None:
    raise EvaluationError(
        f"Another process is at work on the run {name!r}. Wait for it, or give another --name."
    )


def _manifest_json(manifest: Manifest) -> bytes:
    from pydantic import TypeAdapter

    return TypeAdapter(Manifest).dump_json(manifest, indent=1)


def write_whole(file: Path, content: bytes) -> None:
    """All of it or nothing, whenever the power goes."""
    staging = file.with_name(f"{file.name}.{os.getpid()}")
    with staging.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    staging.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
