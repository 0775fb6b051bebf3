"""`kill -9` at random moments: half at a random time of the run, half at a random change of a file."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from torture import disk
from torture.children import call, run_trials, start
from torture.outcome import Torture, Trial, Trials
from torture.scripts import all_scripts
from torture.verification import violations
from torture.workplace import Workplace, prepare

_DEADLINE_SECONDS = 120.0

#: Beside other trials a run takes so much longer than alone.
_SLOWEST = 1.3


def torture_kill(place: Path, trials: Trials) -> Torture:
    """End a run that many times, and look each time at what is left and at what the next run makes of it."""
    workplaces = [
        prepare(script, place / script.name) for script in all_scripts(trials.seed, trials.large_pages)
    ]
    changes = [count_changes(workplace, place / "counted") for workplace in workplaces]
    facts = [
        f"{workplace.script.name}: {workplace.seconds:.2f} s, {changed} changes of files"
        for workplace, changed in zip(workplaces, changes, strict=True)
    ]

    def work(number: int) -> Trial:
        return _trial(workplaces, changes, place / f"trial-{number}", number, trials.seed)

    return run_trials("kill", trials, work, facts)


def count_changes(workplace: Workplace, folder: Path) -> int:
    """How many changes of the store's files the script's run makes."""

    def counted() -> int:
        workplace.fresh_store(folder)
        disk.watch(folder)
        workplace.run(folder)
        return disk.calls()

    return int(call(counted, _DEADLINE_SECONDS).result or 0)


def next_run(workplace: Workplace, folder: Path) -> list[str]:
    """What is wrong with a run without accident on what the accident left."""
    ended = call(lambda: workplace.run(folder), _DEADLINE_SECONDS)
    trouble = ended.in_words(_DEADLINE_SECONDS)
    if trouble:
        return [f"the next run failed: {trouble}"]
    return look(workplace, folder, (), done=True)


def look(workplace: Workplace, folder: Path, acknowledged: Sequence[str], *, done: bool = False) -> list[str]:
    """The violations, found in a child, so that a crash or a hang is one too."""
    ended = call(lambda: violations(workplace, folder, acknowledged, done=done), _DEADLINE_SECONDS)
    trouble = ended.in_words(_DEADLINE_SECONDS)
    return [f"looking at the store failed: {trouble}"] if trouble else list(ended.result)


def _tell(pipe: int, path: str) -> None:
    os.write(pipe, path.encode() + b"\n")


def _trial(
    workplaces: Sequence[Workplace], changes: Sequence[int], folder: Path, number: int, seed: int
) -> Trial:
    chance = random.Random(f"kill {seed} {number}")
    which = number % len(workplaces)
    workplace = workplaces[which]
    workplace.fresh_store(folder)
    by_time = (number // len(workplaces)) % 2 == 0
    event = chance.choice((disk.Event.KILL_BEFORE, disk.Event.KILL_AFTER))
    planned = chance.randint(1, max(1, changes[which]))

    def work(pipe: int) -> None:
        disk.watch(folder)
        if not by_time:
            disk.plan(planned, event)
        workplace.run(folder, lambda path: _tell(pipe, path))

    child = start(work)
    if by_time:
        time.sleep(chance.uniform(0, _SLOWEST * workplace.seconds))
        child.kill()
    said, in_time = child.read_all(_DEADLINE_SECONDS)
    child.wait()
    moment = f"{workplace.script.name}, " + ("by time" if by_time else f"{event.name} change {planned}")
    acknowledged = said.decode().splitlines()
    found = [] if in_time else ["the run hung"]
    found += look(workplace, folder, acknowledged) or next_run(workplace, folder)
    expected = sum(workplace.before.get(path) != after for path, after in workplace.after.items())
    expected += len(workplace.before.keys() - workplace.after.keys())
    if not found:
        shutil.rmtree(folder, ignore_errors=True)
    share = "none" if not acknowledged else "all" if len(set(acknowledged)) >= expected else "some"
    return Trial(
        f"{workplace.script.name}, {share} acknowledged",
        tuple(f"{moment}, {len(acknowledged)} acknowledged: {line}" for line in found),
    )
