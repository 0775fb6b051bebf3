"""What people are asked to rate: answers of one or two runs, in an order of each rater's own."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from evaluation.errors import NothingToRate
from evaluation.types import Reply, Row, Run

#: Two answers side by side, or one answer on a scale.
RatingKind = Literal["pairs", "scale"]


@dataclass(frozen=True, slots=True)
class RatedAnswer:
    """One answer as it is shown. `text` is empty for a refusal; `sources` are pages with what was quoted."""

    run: str
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RatingItem:
    """What is rated at once: a question with two answers, the first run's first, or with one."""

    id: str
    question: str
    gold_answers: tuple[str, ...]
    answers: tuple[RatedAnswer, ...]


@dataclass(frozen=True, slots=True)
class RatingTask:
    """All that is to be rated. `equal_answers` counts the pairs that are left out for being the same."""

    name: str
    kind: RatingKind
    runs: tuple[str, ...]
    seed: int
    items: tuple[RatingItem, ...]
    equal_answers: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """An item as one rater sees it. `order` are the places of its answers, left to right."""

    item: RatingItem
    order: tuple[int, ...]

    @property
    def answers(self) -> tuple[RatedAnswer, ...]:
        return tuple(self.item.answers[place] for place in self.order)


def rating_task(
    runs: Sequence[Run], *, scale: bool = False, count: int | None = None, seed: int = 0, name: str = ""
) -> RatingTask:
    """The task of rating one or two runs' answers, in pairs where there are two and no `scale` is wanted.

    `count` draws so many questions by the seed. Questions without an answer (an error, a run of searches)
    are left out, and so are pairs that say the same. Raises NothingToRate, also where an id names another
    question in the other run.
    """
    kind: RatingKind = "pairs" if len(runs) == 2 and not scale else "scale"
    names = tuple(run.manifest.name for run in runs)
    if len(set(names)) < len(names):
        raise NothingToRate(f"{names[0]!r} beside itself says nothing. Name two runs, or one to be graded.")
    answered = [{row.question.id: row for row in run.rows if row.outcome.reply is not None} for run in runs]
    common = [id for id in answered[0] if all(id in others for others in answered)]
    if not common:
        raise NothingToRate(
            f"{' and '.join(names)}: no question has an answer in {'both' if len(runs) == 2 else 'it'}. "
            "Measure with --answers."
        )
    for id in common:
        if len({others[id].question.text for others in answered}) > 1:
            raise NothingToRate(
                f"The question {id!r} is another one in {names[0]} than in {names[1]}: they are runs of "
                "different sets. Name two runs of the same questions."
            )
    drawn = common if count is None or count >= len(common) else _drawn(common, count, seed)
    rows = [[others[id] for others in answered] for id in drawn]
    if kind == "pairs":
        items = [item for item in map(_pair, rows, [names] * len(rows)) if item is not None]
        if not items:
            raise NothingToRate(f"{names[0]} and {names[1]} give the same answer to every question.")
    else:
        items = [item for together in rows for item in _singles(together, names)]
    left_out = len(rows) - len(items) if kind == "pairs" else 0
    own_name = name or "--".join(names) + ("-scale" if kind == "scale" else "")
    return RatingTask(own_name, kind, names, seed, tuple(items), left_out)


def deck(task: RatingTask, rater: str) -> tuple[Card, ...]:
    """All items in the order in which this rater sees them; each run stands left in half of the pairs.

    The same seed and name give the same order.
    """
    draw = random.Random(f"{task.seed}|{rater}")  # noqa: S311 - a fixed order, no secret
    items = list(task.items)
    draw.shuffle(items)
    if task.kind == "scale":
        return tuple(Card(item, (0,)) for item in items)
    orders = [(0, 1) if at % 2 else (1, 0) for at in range(len(items))]
    draw.shuffle(orders)
    return tuple(map(Card, items, orders))


def _drawn(ids: Sequence[str], count: int, seed: int) -> list[str]:
    chosen = set(random.Random(seed).sample(ids, count))  # noqa: S311 - a fixed draw, no secret
    return [id for id in ids if id in chosen]


def _pair(rows: Sequence[Row], runs: Sequence[str]) -> RatingItem | None:
    """None where both say the same."""
    answers = tuple(map(_answer, rows, runs))
    if _said(answers[0]) == _said(answers[1]):
        return None
    question = rows[0].question
    return RatingItem(question.id, question.text, question.answers, answers)


def _singles(rows: Sequence[Row], runs: Sequence[str]) -> Iterator[RatingItem]:
    for number, (row, run) in enumerate(zip(rows, runs, strict=True), start=1):
        question = row.question
        yield RatingItem(f"{number}/{question.id}", question.text, question.answers, (_answer(row, run),))


def _answer(row: Row, run: str) -> RatedAnswer:
    reply = row.outcome.reply
    if reply is None:
        raise ValueError("a row without a reply is not rated")  # they are left out above
    text = "" if reply.refusal is not None else reply.text.strip()
    return RatedAnswer(run, text, tuple(dict.fromkeys(_sources(reply))) if text else ())


def _sources(reply: Reply) -> Iterator[str]:
    for sentence in reply.sentences:
        for quote in sentence.quotes:
            name = quote.document.replace("\\", "/").rpartition("/")[2]
            yield f"{name}, page {quote.page_number}: “{' '.join(quote.text.split())}”"


def _said(answer: RatedAnswer) -> str:
    return " ".join(answer.text.split())
