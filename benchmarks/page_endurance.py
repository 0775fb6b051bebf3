"""Several people at the page for minutes: errors, memory, and how long a click takes beside one person's.

    python -m benchmarks.page_endurance [--people 5] [--minutes 10] [--alone 3] [--pause 3] [--out FILE]

First a server with one person for `--alone` minutes, then another one with all of them. Each has a browser's
context of their own, and makes the clicks of `benchmarks.page_clicks` round after round, with pauses of
`--pause` seconds on average. The engines need no model, so what is measured is the page's work: each run of
its script in the server, and each click as the browser sees it (all browsers share this machine with the
server).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from playwright.async_api import Browser
from playwright.async_api import Error as PlaywrightError

from benchmarks.machine_facts import machine_facts
from benchmarks.page_clicks import ROUND, SAVE
from benchmarks.page_material import fill, settle_environment
from benchmarks.page_server import PageServer, ScriptRun
from benchmarks.page_visitor import Visitor, browser
from benchmarks.spread import percentile, quartiles

_SECONDS_BETWEEN_LOOKS = 2.0
#: Memory is compared between two stretches of so many seconds: those after the first minute, and the last.
_STRETCH_SECONDS = 30.0
_SETTLING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Session:
    """What came of one server's time: seconds of each click, of each run of the script, memory over time."""

    people: int
    clicks: list[float] = field(default_factory=list)
    scripts: list[ScriptRun] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--documents", type=int, default=50)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long all of them are there")
    parser.add_argument("--alone", type=float, default=3.0, help="for how many minutes one is there alone")
    parser.add_argument("--pause", type=float, default=3.0, help="seconds between two clicks, on average")
    parser.add_argument("--out", type=Path, help="write every single figure here, as JSON")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="refdesk-bench-") as workspace:
        home = Path(workspace)
        settle_environment(home)
        fill(home, chosen.documents)
        alone, together = asyncio.run(_both(home, chosen))
    _report(alone, together)
    if chosen.out is not None:
        facts = {"machine": machine_facts(), "alone": asdict(alone), "together": asdict(together)}
        chosen.out.write_text(json.dumps(facts, indent=1), encoding="utf-8")


async def _both(home: Path, chosen: argparse.Namespace) -> tuple[Session, Session]:
    async with browser() as chromium:
        print(machine_facts()["machine"], f"Chromium {chromium.version}", sep="\n", flush=True)
        alone = await _session(chromium, home / "alone", 1, chosen.alone, chosen)
        together = await _session(chromium, home / "together", chosen.people, chosen.minutes, chosen)
        return alone, together


async def _session(
    chromium: Browser, folder: Path, people: int, minutes: float, chosen: argparse.Namespace
) -> Session:
    session = Session(people)
    with PageServer(folder) as server:
        began = time.monotonic()
        end = began + 60 * minutes
        visits = [_visit(chromium, server, number, end, chosen, session) for number in range(people)]
        watching = asyncio.create_task(_watch(server, began, session))
        await asyncio.gather(*visits)
        watching.cancel()
        session.scripts.extend(server.runs())
        session.troubles.extend(["an error in the server's log"] * server.tracebacks())
    return session


async def _visit(
    chromium: Browser,
    server: PageServer,
    number: int,
    end: float,
    chosen: argparse.Namespace,
    session: Session,
) -> None:
    """One person's time. A click that never comes to its end is an error, and their visit begins anew."""
    chance = random.Random(number)
    while time.monotonic() < end:
        visitor = None
        try:
            visitor, _ = await Visitor.arrive(chromium, server.address)
            visitor.asked = number * 100
            await asyncio.sleep(chance.uniform(0, 2 * chosen.pause))
            await _click_on(visitor, end, chosen, chance, session)
        except PlaywrightError as error:  # what was to be clicked, or to come, is not there
            session.troubles.append(f"{_doing(error)}: {' '.join(str(error).split())[:300]}")
        if visitor is not None:
            session.troubles.extend(visitor.troubles)
            await visitor.leave()


async def _click_on(
    visitor: Visitor, end: float, chosen: argparse.Namespace, chance: random.Random, session: Session
) -> None:
    while True:
        for name, click in ROUND:
            if name == SAVE:  # all look at the same settings: one would undo what another one saves
                continue
            if time.monotonic() >= end:
                return
            try:
                session.clicks.append(await click(visitor, chosen.documents))
            except PlaywrightError as error:
                error.add_note(name)
                raise
            await asyncio.sleep(chance.uniform(0, 2 * chosen.pause))


def _doing(error: Exception) -> str:
    """Which click an error came of."""
    return ", ".join(getattr(error, "__notes__", ("on arrival",)))


async def _watch(server: PageServer, began: float, session: Session) -> None:
    while True:
        session.memory.append((time.monotonic() - began, server.resident_bytes()))
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)


def _report(alone: Session, together: Session) -> None:
    for session in (alone, together):
        who = "one person" if session.people == 1 else f"{session.people} people"
        _times(f"{who}: clicks, as the browser sees them", session.clicks)
        _times(f"{who}: runs of the page's script", [each.seconds for each in session.scripts])
        _times(f"{who}: processor time of these", [each.cpu_seconds for each in session.scripts])
    for what, of in (
        ("clicks", lambda session: session.clicks),
        ("runs of the script", lambda session: [each.seconds for each in session.scripts]),
        ("their processor time", lambda session: [each.cpu_seconds for each in session.scripts]),
    ):
        ratio = statistics.median(of(together)) / statistics.median(of(alone))
        print(f"{what}, median of {together.people} beside that of one: {ratio:.2f} times")
    last = together.memory[-1][0]
    early = _typical(together.memory, min(_SETTLING_SECONDS, last / 2))
    late = _typical(together.memory, last - _STRETCH_SECONDS)
    print(
        f"memory of the server: {early / 2**20:.0f} MiB after the first minute, {late / 2**20:.0f} MiB at "
        f"the end ({late / early - 1:+.1%})"
    )
    troubles = [*alone.troubles, *together.troubles]
    print(f"errors: {len(troubles)}", *troubles, sep="\n")


def _typical(memory: list[tuple[float, int]], since: float) -> float:
    """The median from then on, over one stretch; bytes."""
    within = [taken for at, taken in memory if since <= at <= since + _STRETCH_SECONDS]
    return statistics.median(within or [memory[-1][1]])


def _times(what: str, seconds: list[float]) -> None:
    low, middle, high = quartiles(seconds)
    print(
        f"{what}: median {middle:.3f} s (quartiles {low:.3f} to {high:.3f}, 95% within "
        f"{percentile(seconds, 95):.3f}, most {max(seconds):.3f}, {len(seconds)} times)"
    )


if __name__ == "__main__":
    main()
