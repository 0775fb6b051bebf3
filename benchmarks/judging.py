"""Does a language model that judges answers agree with people better than counting words does?

    python -m benchmarks.judging FOLDER... [--model ENGINE] [--limit N] [--rubric R] [--way W]

Each FOLDER holds `items.jsonl` in one of the two forms that `refdesk eval judge` reads: people's preferences
between two answers, or their labels of attribution. The model and, beside it, token F1, ROUGE-L and embedding
similarity choose their cuts on the even half; kappas with intervals are printed for the odd half alone.

Every prompt that was read is kept in the data home's cache as soon as it is read: stopped at any moment, the
same command goes on with the next. `--limit N` takes N items of each half, always the same ones.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from apps.cli.evaluation.judge import write_measurement
from apps.settings import settings_from
from benchmarks.machine_facts import machine_facts
from evaluation.assembly import build_judge, opened_likenesses
from evaluation.judging.labelled import drawn_of_halves, judged_rubrics, load_labelled
from evaluation.judging.measuring import measure_judge
from evaluation.judging.rubric_file import load_rubric
from evaluation.judging.trust import LEAST_KAPPA, keep_measurement
from generators.settings import DEFAULT_ENGINE

_SECONDS_BETWEEN_LINES = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judging")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--model", default=DEFAULT_ENGINE, metavar="ENGINE")
    parser.add_argument("--limit", type=int, default=None, metavar="N", help="items of each half")
    parser.add_argument("--rubric", action="append", default=None)
    parser.add_argument("--way", choices=("pairwise", "pointwise"), default=None)
    arguments = parser.parse_args()
    print(machine_facts())
    engine = settings_from(arguments.model).generator.engine
    with closing(build_judge(engine)) as judge, opened_likenesses() as likenesses:
        for folder in arguments.folders:
            for name in judged_rubrics(folder):
                if arguments.rubric and name not in arguments.rubric:
                    continue
                labelled = drawn_of_halves(load_labelled(folder, name), arguments.limit)
                for way in ("pairwise", "pointwise") if labelled.pairs else ("pointwise",):
                    if arguments.way not in (None, way):
                        continue
                    print(f"\n{labelled.name}, {name}, {way}: {len(labelled.items)} items", flush=True)
                    measurement = measure_judge(
                        judge, load_rubric(name), labelled, likenesses, way=way, told=_told()
                    )
                    keep_measurement(measurement)
                    write_measurement(measurement, LEAST_KAPPA)


def _told() -> Callable[[int, int], None]:
    """Says now and then how far it is. What the cache held makes the seconds per item look small."""
    started = written = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal written
        now = time.monotonic()
        if done == total or now - written >= _SECONDS_BETWEEN_LINES:
            written = now
            print(f"{done} of {total}, {(now - started) / done:.1f} s an item", flush=True)

    return tell


if __name__ == "__main__":
    main()
