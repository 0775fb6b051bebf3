"""Does a collection's calibrated refusal threshold decide better than the default, on questions of people?

    python -m benchmarks.drafted_threshold FOLDER COLLECTION [--half odd|even|both] [--answerable N]
                                           [--unanswerable N] [--out FILE.jsonl]

COLLECTION holds FOLDER's documents and was calibrated (`refdesk eval make`, `eval calibrate`) on other
questions than FOLDER's. Each drawn question is asked twice of it, by its calibration and by the defaults, all
else being equal, and the decisions are compared pair by pair. What is answered by the calibration, and would
be by the default at the same first look, is asked once. What `--out` holds already is not asked again.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.machine_facts import machine_facts
from benchmarks.refusals import drawn, shipped_threshold
from evaluation.datasets import load_question_set
from evaluation.intervals import bootstrap_intervals, difference_intervals
from rag import Answered, Collection, Settings, Trace, open_collection
from rag.settings import AnswerSettings

_NO_EVIDENCE = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """One question: whether it was refused by each, and what the model's state said at the end of each."""

    question: str
    answerable: bool
    refused_by_calibration: bool
    refused_by_default: bool
    calibrated_state: float | None
    default_state: float | None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drafted_threshold")
    parser.add_argument("questions", type=Path, metavar="FOLDER")
    parser.add_argument("collection", metavar="COLLECTION")
    parser.add_argument("--half", choices=("odd", "even", "both"), default="odd")
    parser.add_argument("--answerable", type=int, default=200)
    parser.add_argument("--unanswerable", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("drafted_threshold.jsonl"))
    chosen = parser.parse_args()
    questions = load_question_set(chosen.questions).questions
    asked = drawn(chosen.questions, questions, chosen.half, chosen.answerable, chosen.unanswerable)
    threshold = shipped_threshold()
    default = AnswerSettings(minimum_evidence=_NO_EVIDENCE, minimum_answerability=threshold)
    decisions = _kept(chosen.out)
    known = {decision.question for decision in decisions}
    with (
        open_collection(chosen.collection, Settings()) as calibrated,
        open_collection(chosen.collection, Settings(answer=default)) as plain,
        chosen.out.open("a", encoding="utf-8") as out,
    ):
        for kind, question in asked:
            if question.text not in known:
                decision = _decided(calibrated, plain, threshold, question.text, kind == "answerable")
                decisions.append(decision)
                out.write(json.dumps(asdict(decision), ensure_ascii=False) + "\n")
                out.flush()
    print(f"{chosen.questions.name}, {chosen.half} half, default {threshold:.4f}, {machine_facts()}")
    print("\n".join(report(decisions)))


def report(decisions: Sequence[Decision]) -> list[str]:
    """Refusals of each kind by each, and the difference in right decisions, pair by pair."""
    lines = []
    for answerable, kind in ((True, "answerable"), (False, "unanswerable")):
        some = [decision for decision in decisions if decision.answerable is answerable]
        for name, refused in (
            ("calibrated", [each.refused_by_calibration for each in some]),
            ("default", [each.refused_by_default for each in some]),
        ):
            if some:
                low, high = bootstrap_intervals([float(no) for no in refused], lowest=0.0, highest=1.0)
                share = statistics.mean(refused)
                lines.append(
                    f"{name}: refused of the {kind} {share:.3f} "
                    f"({float(low):.3f} to {float(high):.3f}, {len(some)})"
                )
    gains = [
        float(each.refused_by_calibration is not each.answerable)
        - float(each.refused_by_default is not each.answerable)
        for each in decisions
    ]
    if gains:
        low, high = difference_intervals(gains, span=1.0, seed=0)
        better, worse = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
        lines.append(
            f"right decisions, calibrated less default: {statistics.mean(gains):+.3f} ({float(low):+.3f} to "
            f"{float(high):+.3f}); {better} decided better, {worse} worse, of {len(gains)}"
        )
    return lines


def _decided(
    calibrated: Collection, plain: Collection, threshold: float, question: str, answerable: bool
) -> Decision:
    traces: list[Trace] = []
    events = calibrated.stream(question, trace=traces.append, as_question=True)
    first = next(event.answer for event in events if isinstance(event, Answered))
    looks = len(traces[0].writings)
    sure = first.answerability is None or first.answerability >= threshold
    alike = not first.refused and sure and looks == 1
    second = first if alike else plain.ask(question, as_question=True)
    return Decision(
        question, answerable, first.refused, second.refused, first.answerability, second.answerability
    )


def _kept(out: Path) -> list[Decision]:
    if not out.exists():
        return []
    return [Decision(**json.loads(line)) for line in out.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
