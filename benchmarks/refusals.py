"""Which questions without an answer are refused, by four ways of telling them, in one run.

    python -m benchmarks.refusals FOLDER [--half odd|even|both] [--answerable N] [--unanswerable N]
                                  [--foreign FOLDER...] [--foreign-each N] [--out FILE.jsonl]

Each question is searched for, read and answered once, and these arms are told from it:

- refdesk: what the model's own state says (`rag.answerability`), at the shipped threshold; the model's own
  refusals do not count.
- second look: the product as it is shipped, which looks at more of the documents before such a refusal
  stands. Questions that the arm above answers are answered the same by it, and are not asked twice.
- prompt: the same prompt's answer, refused where the model itself says so.
- yes or no: the same prompt, and instead of an answer the model is asked whether the passages state it. What
  gets less P(yes)/(P(yes)+P(no)) than a threshold is refused: the one that refuses as many answerable
  questions as refdesk does, chosen on these very questions, in that arm's favour.

Of a FOLDER with `passage_id`s the halves are by their SHA-256, as in `benchmarks.answerability`, which
trained on the even one. Questions of the `--foreign` sets have no answer in these documents. What `--out`
holds already is not asked again: a stopped run goes on with the same command.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.machine_facts import machine_facts
from benchmarks.spread import quartiles
from evaluation.assembly import collection_of
from evaluation.calibration import choose_threshold, figures_in_words
from evaluation.datasets import load_question_set
from evaluation.intervals import bootstrap_intervals
from evaluation.metrics.squad import token_f1
from evaluation.types import Question
from generators.text.protocol import GenerationRequest, Message, PromptRead, TextGenerator
from rag import Answer, Answered, Collection, Settings, Trace
from rag.assembly import Engines
from rag.citations import without_marks
from rag.refusal import is_refusal
from rag.settings import AnswerSettings

#: The judge reads, and refuses nothing: its verdict is applied to what was written.
_JUDGED = Settings(answer=AnswerSettings(minimum_answerability=1e-9))
_ASKING = "Is the answer to this question stated in the passages above? Answer Yes or No."
_SEED = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One question, all arms. `kind` is answerable, unanswerable or foreign."""

    kind: str
    question: str
    said: str
    f1: float
    score: float
    refused_anyway: bool
    refused_twice: bool
    second_f1: float
    second_seconds: float | None
    refused_by_prompt: bool
    yes: float
    first_text_seconds: float | None
    first_checked_seconds: float | None
    total_seconds: float
    read_tokens: int


def main() -> None:
    arguments = _arguments()
    question_set = load_question_set(arguments.questions)
    judged, _ = collection_of(question_set, _JUDGED)
    shipped, _ = collection_of(question_set, Settings())
    asked = drawn(
        arguments.questions,
        question_set.questions,
        arguments.half,
        arguments.answerable,
        arguments.unanswerable,
    )
    asked += _foreign(arguments)
    rows = _kept(arguments.out)
    known = {row.question for row in rows}
    with judged, shipped:
        judged.load()
        threshold = shipped_threshold()
        with arguments.out.open("a", encoding="utf-8") as out:
            for kind, question in asked:
                if question.text in known:
                    continue
                rows.append(_row(judged, shipped, threshold, kind, question))
                out.write(json.dumps(asdict(rows[-1]), ensure_ascii=False) + "\n")
                out.flush()
    print(f"{question_set.name}, {arguments.half} half, threshold {threshold:.4f}, {machine_facts()}")
    print("\n".join(report(rows, threshold)))


def report(rows: Sequence[Row], threshold: float) -> list[str]:
    """The arms' figures, and what a threshold chosen on these questions would do."""
    lines = []
    known = [row for row in rows if row.kind == "answerable"]
    unknown = [row for row in rows if row.kind == "unanswerable"]
    refdesk = [row.refused_anyway or row.score < threshold for row in rows]
    prompt = [row.refused_by_prompt for row in rows]
    allowed = sum(refused for row, refused in zip(rows, refdesk, strict=True) if row.kind == "answerable")
    least_yes = sorted(row.yes for row in known)[min(allowed, len(known) - 1)] if known else 0.0
    first = [row.f1 for row in rows]
    second = [row.second_f1 if refused else row.f1 for row, refused in zip(rows, refdesk, strict=True)]
    for name, refusals, scores in (
        ("refdesk", refdesk, first),
        ("second look", [row.refused_twice for row in rows], second),
        ("prompt", prompt, first),
        ("yes or no", [row.yes < least_yes for row in rows], first),
    ):
        f1 = [
            0.0 if refused else score
            for row, refused, score in zip(rows, refusals, scores, strict=True)
            if row.kind == "answerable"
        ]
        lines.append(f"{name}: token F1 of the answerable {_mean(f1)}")
        for kind in ("answerable", "unanswerable", "foreign"):
            some = [float(no) for row, no in zip(rows, refusals, strict=True) if row.kind == kind]
            if some:
                lines.append(f"{name}: refused of the {kind} {_mean(some)}")
    answered = [row for row, refused in zip(rows, refdesk, strict=True) if not refused]
    for what, seconds in (
        ("first text", [row.first_text_seconds for row in answered]),
        ("first checked sentence", [row.first_checked_seconds for row in answered]),
        ("whole answer", [row.total_seconds for row in answered]),
        ("second look", [row.second_seconds for row in rows]),
    ):
        if times := [value for value in seconds if value is not None]:
            low, middle, high = quartiles(times)
            lines.append(f"{what}: median {middle:.2f} s (quartiles {low:.2f} to {high:.2f}, {len(times)})")
    if answered:
        lines.append(f"prompt tokens read: median {statistics.median(row.read_tokens for row in answered)}")
    if min(len(known), len(unknown)) >= 20:
        for most in (0.03, 0.05, 0.08, 0.1):
            curve = choose_threshold([row.score for row in known], [row.score for row in unknown], most)
            lines.append(
                f"a threshold of {curve.threshold:.4f}, at most {most:.0%} false: in five parts "
                f"false {figures_in_words(curve.false_refusals)}, "
                f"true {figures_in_words(curve.true_refusals)}"
            )
        lines.append(f"area under the curve {curve.area:.3f}")
    return lines


def _kept(out: Path) -> list[Row]:
    if not out.exists():
        return []
    return [Row(**json.loads(line)) for line in out.read_text("utf-8").splitlines()]


def _row(judged: Collection, shipped: Collection, threshold: float, kind: str, question: Question) -> Row:
    traces: list[Trace] = []
    events = judged.stream(question.text, trace=traces.append, as_question=True)
    answer = next(event.answer for event in events if isinstance(event, Answered))
    said, f1 = _said(answer, kind, question)
    drafts = [writing.text for writing in traces[0].writings]
    # Whatever the model's state: what was computed by rule is answered, what nothing was found for is not.
    score = float(not answer.refused) if answer.answerability is None else answer.answerability
    messages = traces[0].writings[-1].messages if drafts else ()
    yes = _yes(judged._engines.generator(), messages) if messages else score
    second = shipped.ask(question.text, as_question=True) if score < threshold else answer
    return Row(
        kind=kind,
        question=question.text,
        said=said,
        f1=f1,
        score=score,
        refused_anyway=answer.refused,
        refused_twice=second.refused,
        second_f1=_said(second, kind, question)[1],
        second_seconds=second.timings.total_seconds if second is not answer else None,
        refused_by_prompt=answer.refused or (bool(drafts) and is_refusal(drafts[0])),
        yes=yes,
        first_text_seconds=answer.timings.first_token_seconds,
        first_checked_seconds=answer.timings.first_checked_seconds,
        total_seconds=answer.timings.total_seconds,
        read_tokens=answer.tokens.prompt - answer.tokens.reused,
    )


def _said(answer: Answer, kind: str, question: Question) -> tuple[str, float]:
    """What is compared with the gold answers, and its token F1, 0 to 1."""
    said = answer.short_answer or without_marks(answer.text)
    return said, token_f1(said, question.answers) if kind == "answerable" and not answer.refused else 0.0


def _yes(generator: TextGenerator, messages: Sequence[Message]) -> float:
    """The model's P(yes) / (P(yes) + P(no)) below the same passages and question."""
    *before, last = messages
    asking = Message(last.role, f"{last.content}\n{_ASKING}", last.cuts)
    request = GenerationRequest((*before, asking), max_tokens=1, signals=True, openings=("Yes", "No"))
    read = next(event for event in generator.stream(request) if isinstance(event, PromptRead))
    yes, no = (0.0 if logprob is None else math.exp(logprob) for logprob in read.openings)
    return yes / (yes + no) if yes + no else 1.0


def drawn(
    folder: Path, questions: Sequence[Question], half: str, answerable: int, unanswerable: int
) -> list[tuple[str, Question]]:
    """So many questions of each kind of a half of the FOLDER's, always the same ones, in a drawn order."""
    records = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]
    passages = {record["id"]: record.get("passage_id", record["id"]) for record in records}
    wanted = {"even": (0,), "odd": (1,), "both": (0, 1)}[half]
    mine = [question for question in questions if _half(passages[question.id]) in wanted]
    random.Random(_SEED).shuffle(mine)
    known = [question for question in mine if question.answerable][:answerable]
    unknown = [question for question in mine if not question.answerable][:unanswerable]
    chosen = [("answerable", question) for question in known] + [
        ("unanswerable", question) for question in unknown
    ]
    random.Random(_SEED).shuffle(chosen)
    return chosen


def _foreign(arguments: argparse.Namespace) -> list[tuple[str, Question]]:
    found = []
    for folder in arguments.foreign:
        others = list(load_question_set(folder).questions)
        random.Random(_SEED).shuffle(others)
        found += [("foreign", question) for question in others[: arguments.foreign_each]]
    return found


def _half(passage_id: str) -> int:
    return int(hashlib.sha256(passage_id.encode()).hexdigest(), 16) % 2


def shipped_threshold() -> float:
    """What the model's state has to say at least, 0 to 1, where nothing else is set."""
    engines = Engines(_JUDGED)
    judge = engines.judge()
    engines.close()
    if judge is None:
        raise SystemExit("No head is shipped for this model and template.")
    return judge.threshold


def _mean(values: Sequence[float]) -> str:
    low, high = bootstrap_intervals(values, lowest=0.0, highest=1.0)
    return f"{statistics.mean(values):.3f} ({float(low):.3f} to {float(high):.3f}, {len(values)})"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.refusals")
    parser.add_argument("questions", type=Path)
    parser.add_argument("--half", choices=("odd", "even", "both"), default="odd")
    parser.add_argument("--answerable", type=int, default=200)
    parser.add_argument("--unanswerable", type=int, default=200)
    parser.add_argument("--foreign", type=Path, nargs="*", default=[])
    parser.add_argument("--foreign-each", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path("refusals.jsonl"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
