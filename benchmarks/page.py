"""How soon the chat page is there, and how soon it answers a click, at 50 documents of 20 pages.

    python -m benchmarks.page [--documents 50] [--rounds 20] [--starts 5] [--visits 10] [--out FILE]

A server of its own, over a data home of its own, with engines that need no model; a real Chromium (the extra
`browser`). First paint is from the beginning of the navigation until the chat's input can be seen, for the
first person after a start and for later ones, whose browsers know nothing yet either. Clicks are those of
`benchmarks.page_clicks`, over and over by one person; the first of each is told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections import defaultdict
from pathlib import Path

from playwright.async_api import Browser

from benchmarks.machine_facts import machine_facts
from benchmarks.page_clicks import ROUND
from benchmarks.page_material import fill, settle_environment
from benchmarks.page_server import PageServer
from benchmarks.page_visitor import Visitor, browser
from benchmarks.spread import percentile, quartiles


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--documents", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=20, help="how often each click is made")
    parser.add_argument(
        "--starts", type=int, default=5, help="how many servers are started for the first paint"
    )
    parser.add_argument("--visits", type=int, default=10, help="how many people come to a running server")
    parser.add_argument("--out", type=Path, help="write every single time here, as JSON")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="refdesk-bench-") as workspace:
        home = Path(workspace)
        settle_environment(home)
        fill(home, chosen.documents)
        asyncio.run(_measure(home, chosen))


async def _measure(home: Path, chosen: argparse.Namespace) -> None:
    async with browser() as chromium:
        print(machine_facts()["machine"], f"Chromium {chromium.version}", sep="\n")
        # The browser's own beginning is nobody's first paint.
        with PageServer(home / "before") as server:
            await _painted(chromium, server)
        cold = []
        for number in range(chosen.starts):
            with PageServer(home / f"start {number}") as server:
                cold.append(await _painted(chromium, server))
        _report("first paint, first person after a start", cold)
        with PageServer(home / "clicks") as server:
            await _painted(chromium, server)
            warm = [await _painted(chromium, server) for _ in range(chosen.visits)]
            _report("first paint, later ones", warm)
            visitor, _ = await Visitor.arrive(chromium, server.address)
            clicks: dict[str, list[float]] = defaultdict(list)
            for _ in range(chosen.rounds):
                for name, click in ROUND:
                    clicks[name].append(await click(visitor, chosen.documents))
            for name, times in clicks.items():
                _report(name, times[1:] or times, first=times[0])
            _report("all clicks", [each for times in clicks.values() for each in times])
            work = [each.seconds for each in server.runs()]
            _report("the server's part: one run of the page's script", work)
            troubles = [*visitor.troubles, *["an error in the server's log"] * server.tracebacks()]
    print(f"errors shown: {len(troubles)}", *troubles, sep="\n")
    if chosen.out is not None:
        facts = {"machine": machine_facts(), "cold": cold, "warm": warm, "clicks": clicks, "scripts": work}
        chosen.out.write_text(json.dumps(facts, indent=1), encoding="utf-8")


async def _painted(chromium: Browser, server: PageServer) -> float:
    visitor, seconds = await Visitor.arrive(chromium, server.address)
    await visitor.leave()
    return seconds


def _report(what: str, seconds: list[float], first: float | None = None) -> None:
    low, middle, high = quartiles(seconds)
    told = "" if first is None else f"; the very first {first:.3f} s"
    print(
        f"{what}: median {middle:.3f} s (quartiles {low:.3f} to {high:.3f}, 95% within "
        f"{percentile(seconds, 95):.3f}, most {max(seconds):.3f}, {len(seconds)} times{told})",
        flush=True,
    )


if __name__ == "__main__":
    main()
