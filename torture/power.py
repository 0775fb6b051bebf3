"""The power goes: recorded runs are cut at random, what was not synced is lost at random, and what is
left is looked at. `lost_power` says which model of a disk this is."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torture import disk
from torture.children import call, run_trials
from torture.kill import look, next_run
from torture.lost_power import Disk, Loss, random_loss
from torture.outcome import Torture, Trial, Trials
from torture.recording import Change, Marked, Synced, read_recording
from torture.scripts import all_scripts
from torture.workplace import Workplace, prepare

_DEADLINE_SECONDS = 300.0

#: SQLite's shared memory: made anew by whoever opens the database first after a crash.
_NEVER_NEEDED = "-shm"

_EVERYTHING = Loss(kept=1.0, sector=4096, names_in_order=True, sizes_grow=False)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A script's run as the disk saw it: the files before it and every change."""

    workplace: Workplace
    folder: Path
    files: dict[str, bytes]
    changes: tuple[Change, ...]
    near: tuple[int, ...]
    """Places just before and after a sync or an acknowledgement: where a fault would show."""


def torture_power(place: Path, trials: Trials) -> Torture:
    """Build that many states, spread over all scripts, and look at each."""
    runs = [
        record(prepare(script, place / script.name), place)
        for script in all_scripts(trials.seed, trials.large_pages)
    ]
    facts = [
        f"{run.workplace.script.name}: {len(run.changes)} changes recorded, "
        f"{sum(isinstance(change, Synced) for change in run.changes)} of them syncs, "
        f"{sum(isinstance(change, Marked) for change in run.changes)} acknowledgements"
        for run in runs
    ]
    return run_trials("power", trials, lambda number: _trial(runs, number, trials.seed), facts)


def record(workplace: Workplace, place: Path) -> Recorded:
    """Run the script and record it. Raises RuntimeError where the recording does not give the real files."""
    folder, log = place / f"recorded-{workplace.script.name}", place / f"{workplace.script.name}.log"
    files = files_below(workplace.fresh_store(folder))

    def recorded() -> None:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        disk.watch(folder, descriptor)
        workplace.run(folder, disk.mark)

    trouble = call(recorded, _DEADLINE_SECONDS).in_words(_DEADLINE_SECONDS)
    if trouble:
        raise RuntimeError(f"The run to be recorded failed: {trouble}")
    changes = tuple(read_recording(log.read_bytes()))
    whole = Disk(files)
    whole.change(changes)
    rebuilt, real = whole.after(_EVERYTHING, random.Random(0)), files_below(folder)
    if rebuilt != real:
        wrong = sorted(name for name in {*rebuilt, *real} if rebuilt.get(name) != real.get(name))
        raise RuntimeError(f"The recording misses changes of {wrong}: something writes past libc's calls.")
    near = tuple(
        number + beside
        for number, change in enumerate(changes)
        if isinstance(change, Synced | Marked)
        for beside in (0, 1)
    )
    return Recorded(workplace, folder, files, changes, near)


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file that matters after a crash, by its absolute path."""
    return {
        str(path): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(_NEVER_NEEDED)
    }


def _trial(runs: Sequence[Recorded], number: int, seed: int) -> Trial:
    chance = random.Random(f"power {seed} {number}")
    run = runs[number % len(runs)]
    cut = chance.choice(run.near) if chance.random() < 0.5 else chance.randint(0, len(run.changes))
    loss = random_loss(chance)
    state = Disk(run.files)
    state.change(run.changes[:cut])
    folder = run.folder.with_name(f"state-{number}")
    _write(state.after(loss, chance), run.folder, folder)
    acknowledged = [change.text for change in run.changes[:cut] if isinstance(change, Marked)]
    found = look(run.workplace, folder, acknowledged) or next_run(run.workplace, folder)
    if not found:
        shutil.rmtree(folder)
    told = f"{run.workplace.script.name} cut at {cut} of {len(run.changes)}, {loss}"
    kept = "none" if loss.kept == 0 else "all" if loss.kept == 1 else "some"
    return Trial(
        f"{run.workplace.script.name}, {kept} of what was not synced kept",
        tuple(f"{told}: {line}" for line in found),
    )


def _write(files: dict[str, bytes], recorded: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    for path, data in files.items():
        if not path.endswith(_NEVER_NEEDED):
            target = folder / Path(path).relative_to(recorded)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
