"""Pairs of runs on several sets, taken together: is the second of each pair better over all questions?

    python -m benchmarks.pooled METRIC FIRST:SECOND FIRST:SECOND...

FIRST and SECOND are names of runs on the same set (`refdesk eval runs`). Each question counts once, whatever
its set: the mean of the differences, its 95% interval, and a paired randomisation test.
"""

from __future__ import annotations

import argparse

import numpy as np

from evaluation.intervals import Floats, difference_intervals
from evaluation.randomisation import randomisation_p_values, tally
from evaluation.run_folder import load_run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("metric")
    parser.add_argument("pairs", nargs="+", metavar="FIRST:SECOND")
    arguments = parser.parse_args()
    metric, pairs = arguments.metric, [_values(pair, arguments.metric) for pair in arguments.pairs]
    for name, values in [*zip(arguments.pairs, pairs, strict=True), ("together", np.concatenate(pairs))]:
        first, second = values.mean(axis=0)
        differences = values[:, 1] - values[:, 0]
        low, high = difference_intervals(differences, span=1.0)
        counted = tally(differences)
        print(
            f"{name}: {len(values)} questions, {metric} {first:.3f} and {second:.3f}, "
            f"{differences.mean():+.3f} ({low:+.3f} to {high:+.3f}), "
            f"p {float(randomisation_p_values(differences)):.4f}, "
            f"{counted.better} better, {counted.worse} worse"
        )


def _values(pair: str, metric: str) -> Floats:
    """[questions, 2]: both runs' scores of the questions that both have."""
    first, second = (load_run(name) for name in pair.split(":"))
    theirs = {row.question.id: row.scores.get(metric) for row in second.rows}
    values = [
        (mine, its)
        for row in first.rows
        if (mine := row.scores.get(metric)) is not None and (its := theirs.get(row.question.id)) is not None
    ]
    if not values:
        raise SystemExit(f"{pair}: no question has {metric} in both runs.")
    return np.array(values)


if __name__ == "__main__":
    main()
