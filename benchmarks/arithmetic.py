"""What is computed rather than looked up, on questions with known arithmetic and their own documents.

    python -m benchmarks.arithmetic FOLDER [--half even|odd|all] [--model N] [--show]

FOLDER has queries.jsonl (id, text, answers, answer_type, doc) and corpus.jsonl (id, text), as TAT-QA's does;
answer_type "arithmetic" is what has to be computed. Each question gets its whole document as one passage:
this measures recognising and computing, and no retrieval. Halves are by the sha256 of the question's id.

Without `--model` no model is asked. With it, it writes the arithmetic of up to N questions that tables leave
open, in the set's order.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from generators.text.protocol import TextGenerator
from generators.text.scripted import ScriptedGenerator
from rag.assembly import Engines
from rag.calculating import calculate
from rag.calculation.asked import asked_calculation
from rag.sentences import sentence_spans
from rag.settings import Settings
from rag.types import Calculation, Passage, Span

#: Answers are given to two decimals, and some were cut rather than rounded.
_TOLERANCE = Decimal("0.011")


@dataclass(frozen=True, slots=True)
class Item:
    """A question, the gold value, and whether it has to be computed."""

    id: str
    question: str
    gold: str
    computed: bool
    passage: Passage

    @property
    def is_even(self) -> bool:
        return int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 2 == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("even", "odd", "all"), default="all")
    parser.add_argument("--model", type=int, default=0, metavar="N", help="let the model write N expressions")
    parser.add_argument("--show", action="store_true", help="print each question that was computed wrongly")
    arguments = parser.parse_args()
    items = list(read_items(arguments.folder))
    for half in ("even", "odd"):
        if arguments.half in (half, "all"):
            some = [item for item in items if item.is_even == (half == "even")]
            print(f"{half} half, {len(some)} questions")
            print("\n".join(recognised(some)))
            print("\n".join(computed(some, arguments.show)))
            if arguments.model:
                print("\n".join(written(some, arguments.model, arguments.show)))


def read_items(folder: Path) -> Iterator[Item]:
    corpus = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    texts = {row["id"]: row["text"] for row in map(json.loads, corpus)}
    for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        passage = _passage(texts[row["doc"]])
        yield Item(row["id"], row["text"], row["answers"][0], row["answer_type"] == "arithmetic", passage)


def recognised(items: list[Item]) -> list[str]:
    """How well questions that ask for a calculation are told from others."""
    counts = Counter((item.computed, asked_calculation(item.question) is not None) for item in items)
    hits = counts[True, True]
    recall, precision = hits / (hits + counts[True, False]), hits / max(1, hits + counts[False, True])
    return [f"  recognised: recall {recall:.1%}, precision {precision:.1%}"]


def computed(items: list[Item], show: bool) -> list[str]:
    """What tables alone give: a script without an answer stands for the model."""
    silent = ScriptedGenerator(lambda _: "none")
    return _outcome("by tables alone", items, silent, show)


def written(items: list[Item], most: int, show: bool) -> list[str]:
    """What the model's expressions come to, of the questions that tables leave open."""
    silent = ScriptedGenerator(lambda _: "none")
    left = [
        item
        for item in items
        if (asked := asked_calculation(item.question)) is not None
        and asked.certain
        and calculate(item.question, [item.passage], silent) is None
    ]
    engines = Engines(Settings())
    try:
        return _outcome("as the model wrote it", left[:most], engines.generator(), show)
    finally:
        engines.close()


def _outcome(name: str, items: list[Item], generator: TextGenerator, show: bool) -> list[str]:
    answered = right = needless = 0
    shown: list[str] = []
    for item in items:
        found = calculate(item.question, [item.passage], generator)
        if found is None or found.sentence.calculation is None:
            continue
        if not item.computed:
            needless += 1
            continue
        answered += 1
        if is_right(found.sentence.calculation, item.gold):
            right += 1
        elif show:
            shown.append(f"    {item.question} | gold {item.gold} | {found.text}")
    asked = sum(item.computed for item in items)
    others = len(items) - asked
    return [
        f"  {name}: {answered} of {asked} computed, {right} of these right; "
        f"{needless} of {others} others computed",
        *shown,
    ]


def is_right(calculation: Calculation, gold: str) -> bool:
    """Whether the result is the gold value, a percentage as such or as a fraction."""
    try:
        value = Decimal(gold.replace(",", "").strip("$% "))
    except InvalidOperation:
        return False
    results = (
        (calculation.result, calculation.result / 100)
        if calculation.shown.endswith("%")
        else (calculation.result,)
    )
    return any(abs(round(result, 2) - value) <= _TOLERANCE for result in results)


def _passage(text: str) -> Passage:
    spans = tuple(Span(start, end, 1, "1", text[start:end]) for start, end in sentence_spans(text))
    return Passage(1, 1, "document", "", (), spans, text)


if __name__ == "__main__":
    main()
