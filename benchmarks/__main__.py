"""`make bench DATA=<folder>`: both pipelines on the same files and questions, in one run.

Prints each figure for both arms with the ratio and the spread, and writes all of it as JSON.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.comparison import (
    AnswerRun,
    Comparison,
    IngestRun,
    Unanswerable,
    ask_unanswerable,
    compare_answers,
    compare_ingest,
)
from benchmarks.datasets import load_question_set
from benchmarks.machine_facts import machine_facts
from benchmarks.scores import contains_gold, interval, paired_interval, quartiles


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="refdesk-bench-") as workspace:
        questions = load_question_set(arguments.data, Path(workspace))
        comparison = compare_ingest(questions, Path(workspace), 0, arguments.scoped)
        ingests = [(comparison.ours, comparison.theirs)]
        for repeat in range(1, arguments.repeats):
            comparison.close()
            comparison = compare_ingest(questions, Path(workspace), repeat, arguments.scoped)
            ingests.append((comparison.ours, comparison.theirs))
        answers = compare_answers(comparison, questions, arguments.answers) if arguments.answers else []
        unanswerable = ask_unanswerable(comparison, questions, arguments.unanswerable)
        comparison.close()
    lines = [
        f"{questions.name}: {len(questions.questions)} questions",
        *_ingest_lines(ingests),
        *_retrieval_lines(comparison),
        *_answer_lines(answers),
        *_refusal_lines(unanswerable),
    ]
    print("\n".join(lines))
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / f"{questions.name}-{time.strftime('%Y%m%dT%H%M%S')}.json"
    target.write_text(
        json.dumps(
            {
                "set": questions.name,
                "machine": machine_facts(),
                "ingest": [
                    {"refdesk": dataclasses.asdict(ours), "textbook": dataclasses.asdict(theirs)}
                    for ours, theirs in ingests
                ],
                "page_hits": [dataclasses.asdict(found) for found in comparison.retrieval],
                "answers": [dataclasses.asdict(answer) for answer in answers],
                "unanswerable": [dataclasses.asdict(asked) for asked in unanswerable],
                "summary": lines,
            },
            indent=1,
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    print(f"All of it: {target}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench DATA=FOLDER", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with queries.jsonl and pdfs/ or corpus.jsonl")
    parser.add_argument("--out", type=Path, default=Path("bench-results"), help="where the JSON goes")
    parser.add_argument("--scoped", action="store_true", help="search only the question's own document")
    parser.add_argument("--answers", type=int, default=0, metavar="N", help="also answer N questions")
    parser.add_argument("--unanswerable", type=int, default=0, metavar="N", help="also N without an answer")
    parser.add_argument("--repeats", type=int, default=1, metavar="N", help="ingest N times")
    return parser.parse_args()


def _ingest_lines(runs: list[tuple[IngestRun, IngestRun]]) -> list[str]:
    ratios = [ours.pages_per_second / theirs.pages_per_second for ours, theirs in runs]
    lines = [
        f"ingest, {name}: {run.pages} pages in {run.seconds:.1f} s = {run.pages_per_second:.1f} pages/s, "
        f"{run.chunks} chunks"
        for ours, theirs in runs
        for name, run in (("refdesk", ours), ("textbook", theirs))
    ]
    return [
        *lines,
        f"ingest, ratio: {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})",
    ]


def _retrieval_lines(comparison: Comparison) -> list[str]:
    ours = [float(found.ours) for found in comparison.retrieval]
    theirs = [float(found.theirs) for found in comparison.retrieval]
    if not ours:
        return ["no question has gold pages"]
    low, high = paired_interval(ours, theirs)
    times = [found.our_seconds for found in comparison.retrieval]
    return [
        f"gold among the first 5 ({len(ours)} questions), refdesk: {_share(ours)}",
        f"gold among the first 5, textbook: {_share(theirs)}",
        f"difference: {100 * (statistics.fmean(ours) - statistics.fmean(theirs)):+.1f} points "
        f"(95% paired interval {100 * low:+.1f} to {100 * high:+.1f})",
        f"search, refdesk: median {1000 * statistics.median(times):.1f} ms",
    ]


def _answer_lines(answers: list[AnswerRun]) -> list[str]:
    if not answers:
        return []
    lines = []
    for name, firsts, scores in (
        ("refdesk", [a.our_first_seconds for a in answers], [a.our_f1 for a in answers]),
        ("textbook", [a.their_first_seconds for a in answers], [a.their_f1 for a in answers]),
    ):
        low, middle, high = quartiles(firsts)
        lines.append(
            f"first text, {name}: median {middle:.2f} s (quartiles {low:.2f} to {high:.2f}); "
            f"token F1 {_mean(scores)}"
        )
    ratios = [a.our_first_seconds / a.their_first_seconds for a in answers]
    low, high = interval(ratios, statistics.median)
    difference = paired_interval([a.our_f1 for a in answers], [a.their_f1 for a in answers])
    lines += [
        f"first text, ratio of the same questions: median {statistics.median(ratios):.2f} "
        f"(95% interval {low:.2f} to {high:.2f})",
        "answers that hold a gold answer: "
        f"refdesk {sum(contains_gold(a.our_answer, a.golds) for a in answers)}, "
        f"textbook {sum(contains_gold(a.their_answer, a.golds) for a in answers)} of {len(answers)}",
        f"token F1, difference: 95% paired interval {difference[0]:+.3f} to {difference[1]:+.3f}",
        f"refused by refdesk: {sum(a.refused for a in answers)} of {len(answers)}, all of them answerable",
    ]
    return lines


def _refusal_lines(asked: list[Unanswerable]) -> list[str]:
    if not asked:
        return []
    return [
        f"refused by refdesk: {_share([float(one.refused) for one in asked])} of {len(asked)} unanswerable"
    ]


def _share(values: list[float]) -> str:
    low, high = interval(values)
    return f"{100 * statistics.fmean(values):.1f}% (95% interval {100 * low:.0f} to {100 * high:.0f})"


def _mean(values: list[float]) -> str:
    low, high = interval(values)
    return f"{statistics.fmean(values):.3f} (95% interval {low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main()
