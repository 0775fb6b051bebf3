"""The files of one job, and how each is written: whole, whoever reads or dies meanwhile."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from apps.jobs.process_mark import ProcessMark
from apps.jobs.types import PHASES, JobOrder, JobProgress, Phase
from ingest.report import OUTCOMES, FileOutcome, Outcome

_Kind = TypeVar("_Kind", JobOrder, JobProgress, FileOutcome, ProcessMark)

_LOG_END_BYTES = 4_000
#: Of the outcomes that came so far a page shows the last; they are read from the end of their file.
_BYTES_PER_OUTCOME = 2_000


@dataclass(frozen=True, slots=True)
class JobState:
    """What the job's process last said."""

    phase: Phase
    progress: JobProgress
    counts: Mapping[Outcome, int]
    left: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """What was ordered, and when its process was last started: UTC, ISO 8601."""

    order: JobOrder
    began: str


class JobFolder:
    """One job's files. What cannot be read as what it should be is as if it were not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def lock(self) -> Path:
        """Held by the job's process as long as it lives."""
        return self.folder / "lock"

    @property
    def launching(self) -> Path:
        """Held by who starts the job's process anew."""
        return self.folder / "launching"

    @property
    def log(self) -> Path:
        """What its process wrote on standard error."""
        return self.folder / "log.txt"

    def clear(self) -> None:
        """Forget what an earlier process of the job said, before another one starts."""
        for name in ("process.json", "state.json", "outcomes.jsonl", "stop"):
            (self.folder / name).unlink(missing_ok=True)

    def write_launch(self, launch: Launch) -> None:
        self._write("order.json", {"began": launch.began, **asdict(launch.order)})

    def launch(self) -> Launch | None:
        told = self._read("order.json")
        try:
            return Launch(_made(JobOrder, told), str(told["began"]))
        except (KeyError, TypeError):
            return None

    def write_mark(self, mark: ProcessMark) -> None:
        self._write("process.json", asdict(mark))

    def mark(self) -> ProcessMark | None:
        try:
            return _made(ProcessMark, self._read("process.json"))
        except (KeyError, TypeError):
            return None

    def write_state(self, state: JobState) -> None:
        self._write("state.json", asdict(state))

    def state(self) -> JobState | None:
        told = self._read("state.json")
        try:
            if told["phase"] not in PHASES:
                return None
            counts = {outcome: int(told["counts"].get(outcome, 0)) for outcome in OUTCOMES}
            return JobState(
                told["phase"],
                _made(JobProgress, told["progress"]),
                counts,
                tuple(told["left"]),
                told["problem"],
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            return None

    def ask_to_stop(self) -> None:
        (self.folder / "stop").touch()

    def is_asked_to_stop(self) -> bool:
        return (self.folder / "stop").exists()

    def add_outcome(self, outcome: FileOutcome) -> None:
        with (self.folder / "outcomes.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(asdict(outcome))}\n")

    def write_outcomes(self, outcomes: Iterable[FileOutcome]) -> None:
        part = self.folder / f".outcomes.{os.getpid()}.part"
        with part.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(asdict(outcome))}\n" for outcome in outcomes)
        part.replace(self.folder / "outcomes.jsonl")

    def outcomes(self, last: int | None = None) -> tuple[FileOutcome, ...]:
        """What became of the paths, each once, by its last word; with `last` of about so many at the end."""
        try:
            with (self.folder / "outcomes.jsonl").open("rb") as file:
                if last is not None:
                    size = file.seek(0, os.SEEK_END)
                    file.seek(max(0, size - last * _BYTES_PER_OUTCOME))
                lines = file.read().split(b"\n")
        except OSError:
            return ()
        found: dict[str, FileOutcome] = {}
        for line in lines:
            with suppress(
                KeyError, TypeError, ValueError
            ):  # the first may be cut, the last may be half written
                outcome = _made(FileOutcome, json.loads(line))
                found.pop(outcome.path, None)
                found[outcome.path] = outcome
        return tuple(found.values())[-last if last else None :]

    def log_end(self) -> str:
        """The last words on standard error."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _LOG_END_BYTES))
                return file.read().decode("utf-8", "replace").strip()
        except OSError:
            return ""

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        part = self.folder / f".{name}.{os.getpid()}.part"
        try:
            part.write_text(json.dumps(content), "utf-8")
            part.replace(self.folder / name)
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def _read(self, name: str) -> Any:
        try:
            return json.loads((self.folder / name).read_bytes())
        except (OSError, ValueError):
            return {}


def _made(kind: type[_Kind], told: Any) -> _Kind:
    """The value that was written as JSON; lists were tuples. Raises KeyError, TypeError."""
    values: dict[str, Any] = {field.name: told[field.name] for field in fields(kind)}
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(value)
    return kind(**values)
