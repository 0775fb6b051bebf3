"""Every torture by its name. Each is imported when it is run."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from torture.outcome import Torture, Trials


@dataclass(frozen=True, slots=True)
class Entry:
    """A torture as the command line knows it."""

    help: str
    count: int
    run: Callable[[Path, Namespace], Torture]
    wants_folder: bool = False


def _trials(arguments: Namespace) -> Trials:
    return Trials(arguments.count, arguments.seed, arguments.jobs, arguments.pages)


def _kill(place: Path, arguments: Namespace) -> Torture:
    from torture.kill import torture_kill

    return torture_kill(place, _trials(arguments))


def _power(place: Path, arguments: Namespace) -> Torture:
    from torture.power import torture_power

    return torture_power(place, _trials(arguments))


def _full(place: Path, arguments: Namespace) -> Torture:
    from torture.full import torture_full

    return torture_full(place, _trials(arguments))


def _vectors(place: Path, arguments: Namespace) -> Torture:
    from torture.vectors import torture_vectors

    return torture_vectors(place, _trials(arguments))


def _files(place: Path, arguments: Namespace) -> Torture:
    from torture.files import torture_files

    return torture_files(place, arguments.folder, arguments.count, arguments.seed)


def _robustness(place: Path, arguments: Namespace) -> Torture:
    from torture.robustness import torture_robustness

    return torture_robustness(place, arguments.folder)


def _statistics(_: Path, arguments: Namespace) -> Torture:
    from torture.statistics import torture_statistics

    return torture_statistics(arguments.count, arguments.seed)


TORTURES: Mapping[str, Entry] = {
    "kill": Entry("kill -9 at random moments of a run", 300, _kill),
    "power": Entry("the power goes: what was written and not synced is lost", 1_000, _power),
    "full": Entry("a disk that fills up or fails", 500, _full),
    "vectors": Entry("files of a store damaged at random", 667, _vectors),
    "files": Entry("mutated files among sound ones", 2_000, _files, wants_folder=True),
    "robustness": Entry("known hard files, each with an expectation", 267, _robustness, wants_folder=True),
    "statistics": Entry("intervals, tests and sample sizes against known truths", 10_000, _statistics),
}
