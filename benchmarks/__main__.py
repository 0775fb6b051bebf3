"""`make bench DATA=<folder>`: both pipelines on the same files and questions, in one run.

Prints each figure for both arms with intervals, and writes reports with every question in them. The runs
lie with all others (`refdesk eval runs`).
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from apps.cli.evaluation.progress import shown_questions
from apps.cli.evaluation.tables import change_as_json, write_changes
from benchmarks.arms import FilledArms, IngestRun, ask_both, fill
from benchmarks.machine_facts import machine_facts
from evaluation.asking import RunSettings
from evaluation.datasets import drawn, lay_out, load_question_set
from evaluation.report import write_comparison_report
from evaluation.types import QuestionSet


def main() -> None:
    arguments = _arguments()
    question_set = load_question_set(arguments.data)
    name = f"bench-{question_set.name}-{time.strftime('%Y%m%dT%H%M%S')}"
    out: Path = arguments.out / name
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="refdesk-bench-") as workspace:
        files = lay_out(question_set, Path(workspace) / "files")
        if files is None:
            raise SystemExit(f"{arguments.data} brings no documents: pdfs/, files/ or corpus.jsonl.")
        ingests: list[tuple[IngestRun, IngestRun]] = []
        for repeat in range(arguments.repeats):
            arms = fill(files, Path(workspace) / f"collection-{repeat}")
            ingests.append((arms.ours, arms.theirs))
            if repeat + 1 < arguments.repeats:
                arms.collection.close()
        print("\n".join(_ingest_lines(ingests)))
        results = [
            _asked(arms, question_set, RunSettings(scoped=arguments.scoped), f"{name}-search", out / "search")
        ]
        if arguments.answers or arguments.unanswerable:
            some = drawn(question_set, answerable=arguments.answers, unanswerable=arguments.unanswerable)
            asking = RunSettings(answers=True, scoped=arguments.scoped)
            results.append(_asked(arms, some, asking, f"{name}-answers", out / "answers"))
        arms.collection.close()
    (out / "figures.json").write_text(
        json.dumps(
            {
                "set": question_set.name,
                "machine": machine_facts(),
                "ingest": [{"refdesk": asdict(ours), "textbook": asdict(theirs)} for ours, theirs in ingests],
                "changes from textbook to refdesk": results,
            },
            indent=1,
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    print(f"All of it: {out}")


def _asked(
    arms: FilledArms, question_set: QuestionSet, settings: RunSettings, name: str, out: Path
) -> list[dict[str, object]]:
    """Ask both arms, tell and write what came, textbook first and Refdesk second."""
    with shown_questions() as progress:
        comparison = ask_both(arms, question_set, settings, name, progress)
    out.mkdir(parents=True, exist_ok=True)
    write_comparison_report(comparison, out, reproduce=comparison.second.manifest.surroundings["command"])
    print(f"\n{question_set.name}, {len(question_set.questions)} questions; first: textbook, second: Refdesk")
    write_changes(comparison.changes)
    for warning in comparison.warnings:
        print(f"Warning: {warning}")
    return [change_as_json(change) for change in comparison.changes]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench DATA=FOLDER", description=__doc__)
    parser.add_argument("data", type=Path, help="a question set that brings its documents")
    parser.add_argument("--out", type=Path, default=Path("bench-results"), help="where the reports go")
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


if __name__ == "__main__":
    main()
