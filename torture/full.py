"""A disk that fills up, or that fails: the n-th change of a file goes wrong, alone or with all after it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import StoreError
from torture import disk
from torture.children import call, run_trials
from torture.disk import Event
from torture.kill import count_changes, look, next_run
from torture.outcome import Torture, Trial, Trials
from torture.scripts import all_scripts
from torture.workplace import Workplace, prepare

_DEADLINE_SECONDS = 120.0

#: What goes wrong, and whether it stays so.
_ACCIDENTS = (
    (Event.NO_SPACE, True),
    (Event.SHORT_WRITE, True),
    (Event.BROKEN, False),
    (Event.NO_SPACE, False),
    (Event.BROKEN, True),
    (Event.SHORT_WRITE, False),
)


@dataclass(frozen=True, slots=True)
class _Run:
    """How a run on a bad disk ended: the error's kind and text, if there was one."""

    acknowledged: tuple[str, ...]
    kind: str = "completed"
    message: str = ""


def torture_full(place: Path, trials: Trials) -> Torture:
    """Let that many runs meet a bad disk, and look at what they say and what they leave."""
    workplaces = [
        prepare(script, place / script.name) for script in all_scripts(trials.seed, trials.large_pages)
    ]
    changes = [count_changes(workplace, place / "counted") for workplace in workplaces]

    def work(number: int) -> Trial:
        return _trial(workplaces, changes, place / f"trial-{number}", number, trials.seed)

    return run_trials("full", trials, work)


def _trial(
    workplaces: Sequence[Workplace], changes: Sequence[int], folder: Path, number: int, seed: int
) -> Trial:
    chance = random.Random(f"full {seed} {number}")
    which = number % len(workplaces)
    workplace = workplaces[which]
    event, forever = _ACCIDENTS[(number // len(workplaces)) % len(_ACCIDENTS)]
    planned = chance.randint(1, max(1, changes[which]))
    workplace.fresh_store(folder)
    ended = call(lambda: _run(workplace, folder, planned, event, forever=forever), _DEADLINE_SECONDS)
    moment = f"{workplace.script.name}, {event.name}{' from' if forever else ' at'} change {planned}"
    trouble = ended.in_words(_DEADLINE_SECONDS)
    if trouble:
        return Trial("not in words", (f"{moment}: {trouble}",))
    run: _Run = ended.result
    found = look(workplace, folder, run.acknowledged) or next_run(workplace, folder)
    if not found:
        shutil.rmtree(folder, ignore_errors=True)
    told = tuple(f"{moment}, the run said {run.kind} {run.message}: {line}" for line in found)
    return Trial(f"{event.name}{', and ever after' if forever else ''}: {run.kind}", told)


def _run(workplace: Workplace, folder: Path, planned: int, event: Event, *, forever: bool) -> _Run:
    acknowledged: list[str] = []
    disk.watch(folder)
    disk.plan(planned, event, forever=forever)
    try:
        workplace.run(folder, acknowledged.append)
    except StoreError as error:
        return _Run(tuple(acknowledged), type(error).__name__, str(error))
    return _Run(tuple(acknowledged))
