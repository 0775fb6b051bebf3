"""The hybrid search beside its two arms alone, on any sets, paired.

    python -m benchmarks.retrieval DATA... [--scoped NAME]...

Each DATA is a question set that brings its documents; NAME is one whose questions are asked only of their own
document. Prints nDCG@10 and hit@5 of each way of searching, and on each set how the whole search compares
with the better of its arms. The collections are kept with the runs, and read anew when the code that reads
changes.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from apps.cli.evaluation.progress import shown_questions
from evaluation.asking import RunSettings
from evaluation.assembly import Scoring, build_scorers, build_system, close_all, collection_of, gold_levels
from evaluation.comparison import compare
from evaluation.datasets import load_question_set
from evaluation.runner import Arm, measure
from evaluation.summaries import summarise
from evaluation.types import QuestionSet, Run
from evaluation.variation import varied
from evaluation.verdicts import Change
from rag import Settings

#: The settings of each way of searching. The first is the measure of the mean.
WAYS: Mapping[str, Mapping[str, str]] = {
    "meaning alone": {"retrieval.dense_weight": "1", "retrieval.name_weight": "0"},
    "words alone": {"retrieval.dense_weight": "0", "retrieval.name_weight": "0"},
    "both": {"retrieval.name_weight": "0"},
    "both, and names": {},
}
_WHOLE = "both, and names"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--scoped", action="append", default=[], metavar="NAME", help="a set's name")
    arguments = parser.parse_args()
    means: dict[str, list[float]] = {way: [] for way in WAYS}
    for path in arguments.data:
        question_set = load_question_set(path)
        runs = {
            way: _measured(question_set, way, settings, question_set.name in arguments.scoped)
            for way, settings in WAYS.items()
        }
        metric, hit = (f"{gold_levels(question_set)[0]}.{name}" for name in ("ndcg@10", "hit@5"))
        print(f"\n{question_set.name}, {len(question_set.questions)} questions")
        for way, run in runs.items():
            means[way].append(_mean(run, metric))
            print(f"  {way}: {metric} {means[way][-1]:.3f}, {hit} {_mean(run, hit):.3f}")
        better = max(("meaning alone", "words alone"), key=lambda way: means[way][-1])
        for other in dict.fromkeys((better, "meaning alone")):
            (change,) = compare(runs[other], runs[_WHOLE], metrics=[metric]).changes
            print(f"  {_WHOLE}, less {other}: {_words(change)}", flush=True)
    print("\nMean over the sets")
    first = statistics.fmean(means["meaning alone"])
    for way, own in means.items():
        mean = statistics.fmean(own)
        print(f"  {way}: {mean:.4f}, {mean / first:.3f} times meaning alone")


def _measured(question_set: QuestionSet, way: str, values: Mapping[str, str], scoped: bool) -> Run:
    collection, _ = collection_of(question_set, varied(Settings(), values))
    name = f"ways-{question_set.name}-{way.replace(', ', '-').replace(' ', '-')}"
    with closing(build_system(collection)) as system, shown_questions() as progress:
        scorers = build_scorers(Scoring(), question_set)
        try:
            settings = RunSettings(scoped=scoped)
            return measure(Arm(name, system, scorers), question_set, settings, anew=True, progress=progress)
        finally:
            close_all(scorers)


def _mean(run: Run, metric: str) -> float:
    (summary,) = summarise(run.rows, [one for one in run.manifest.metrics if one.name == metric])
    return summary.estimate.mean


def _words(change: Change) -> str:
    difference = change.difference
    return (
        f"{difference.mean:+.3f} ({difference.low:+.3f} to {difference.high:+.3f}), p {change.p_value:.4f}, "
        f"{change.better} better, {change.worse} worse"
    )


if __name__ == "__main__":
    main()
