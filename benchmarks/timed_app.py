"""The app as it is, each run of its script timed: one line of JSON for each, in the file that the environment
names. For benchmarks; parts that look again by themselves (fragments) are not in it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

RUNS_VARIABLE = "REFDESK_BENCHMARK_RUNS"

if __name__ == "__main__":
    from apps.chat.app import show_app

    began, worked = time.perf_counter(), time.thread_time()
    try:
        show_app()
    finally:
        line = {
            "at": time.time(),
            "seconds": time.perf_counter() - began,
            "cpu_seconds": time.thread_time() - worked,
        }
        with Path(os.environ[RUNS_VARIABLE]).open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(line)}\n")
