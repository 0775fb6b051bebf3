"""Work in forked children: their results, their deaths and their silence, all as values."""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from torture.outcome import Torture, Trial, Trials

_LOOK_SECONDS = 0.05

#: Violations told of one trial: what goes wrong once goes wrong for every document.
_MOST_OF_ONE = 4


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: with a result, by an exception (`error`, its text), by a signal, or not in time."""

    result: Any = None
    error: str | None = None
    signal: int = 0
    hung: bool = False

    def in_words(self, deadline_seconds: float) -> str | None:
        """What went wrong; None if nothing did."""
        if self.hung:
            return f"it did not end within {deadline_seconds:g} seconds"
        if self.signal:
            return f"it was ended by {signal.Signals(self.signal).name}"
        return self.error


@dataclass(frozen=True, slots=True)
class Child:
    """A running child. What it says comes through the pipe."""

    pid: int
    pipe: int

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def read_all(
        self, deadline_seconds: float, meanwhile: Callable[[], None] = lambda: None
    ) -> tuple[bytes, bool]:
        """What it says until its end, and whether it came to one in time. It is gone afterwards.

        `meanwhile` is called now and then as long as it runs.
        """
        said, deadline = [], time.monotonic() + deadline_seconds
        in_time = True
        while True:
            ready, _, _ = select.select([self.pipe], [], [], _LOOK_SECONDS)
            if not ready:
                meanwhile()
                if time.monotonic() < deadline:
                    continue
                in_time = False
                self.kill()
                break
            data = os.read(self.pipe, 1 << 16)
            if not data:
                break
            said.append(data)
        return b"".join(said), in_time

    def wait(self) -> int:
        """The signal that ended it, or 0."""
        os.close(self.pipe)
        _, status = os.waitpid(self.pid, 0)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def start(work: Callable[[int], None]) -> Child:
    """Fork; the child does the work, which is given the pipe's end to write to, and exits."""
    read_end, write_end = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        os.close(write_end)
        return Child(pid, read_end)
    status = 1
    try:
        os.close(read_end)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        work(write_end)
        status = 0
    finally:
        os._exit(status)


def call(
    work: Callable[[], Any], deadline_seconds: float, meanwhile: Callable[[], None] = lambda: None
) -> Ended:
    """Do the work in a child and wait for it. The result travels pickled, between our own processes."""

    def tell(pipe: int) -> None:
        try:
            answer = pickle.dumps(Ended(result=work()))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the answer
            answer = pickle.dumps(Ended(error=_in_one_line(error)))
        with os.fdopen(pipe, "wb") as file:
            file.write(answer)

    child = start(tell)
    said, in_time = child.read_all(deadline_seconds, meanwhile)
    ended_by = child.wait()
    if not in_time:
        return Ended(hung=True)
    if ended_by:
        return Ended(signal=ended_by)
    return pickle.loads(said) if said else Ended(error="it said nothing")


def _in_one_line(error: BaseException) -> str:
    """The exception and where it came from, innermost first."""
    frames = traceback.extract_tb(error.__traceback__)[:-5:-1]
    places = ", ".join(f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in frames)  # noqa: PTH119 - a text
    return f"{type(error).__name__}: {error} ({places})"


def spread(work: Callable[[int], Trial], count: int, jobs: int) -> Iterator[tuple[int, Trial]]:
    """Do the work for 0 to count - 1 in so many processes; yields each number with what came of it."""

    def some(first: int) -> Callable[[int], None]:
        def tell(pipe: int) -> None:
            with os.fdopen(pipe, "wb") as file:
                for number in range(first, count, jobs):
                    try:
                        trial = work(number)
                    except BaseException as error:  # noqa: BLE001 - a fault of the tool is told like any other
                        trial = Trial("the tool failed", (_in_one_line(error),))
                    pickle.dump((number, trial), file)
                    file.flush()

        return tell

    children = [start(some(first)) for first in range(min(jobs, count))]
    files = {child.pipe: os.fdopen(child.pipe, "rb", closefd=False) for child in children}
    while files:
        for pipe in select.select(list(files), [], [])[0]:
            try:
                yield pickle.load(files[pipe])
            except EOFError:
                del files[pipe]
    for child in children:
        child.wait()


def run_trials(name: str, trials: Trials, work: Callable[[int], Trial], facts: Sequence[str] = ()) -> Torture:
    """All trials of a torture, their kinds counted and their violations gathered."""
    kinds: Counter[str] = Counter()
    found: list[str] = []
    for number, trial in spread(work, trials.count, trials.jobs):
        kinds[trial.kind] += 1
        found += [f"trial {number}, {line}" for line in trial.violations[:_MOST_OF_ONE]]
        if len(trial.violations) > _MOST_OF_ONE:
            found.append(f"trial {number}: and {len(trial.violations) - _MOST_OF_ONE} more")
    missing = trials.count - kinds.total()
    if missing:
        found.append(f"{missing} trials were never told of: the process that did them died")
    counted = (f"{kind}: {times}" for kind, times in sorted(kinds.items()))
    return Torture(name, trials.count, (*facts, *counted), tuple(found))
