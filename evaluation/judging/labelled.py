"""Answers that people have judged, to measure a judge by: read from a file, in two halves.

Two forms are read, told by their fields. One JSON object a line:

- `context`, `response`, `label`: does the text say all of the response? "Fully attributable" means that it
does
  (BEGIN, https://aclanthology.org/2022.tacl-1.62/). It measures the rubric faithful.
- `query`, `gt_answer`, `model1.response`, `model2.response`, `annotator` and the whole numbers -2..2 of
  `correctness_label` and `completeness_label`: which answer is better? Above 0 means the second. Each pair
  has a line for each annotator (RAGChecker, https://arxiv.org/abs/2408.08067). It measures correct and
  complete.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from evaluation.errors import NothingToJudge, QuestionSetInvalid
from evaluation.judging.types import Case

Half = Literal["even", "odd"]

_PAIR_LABELS: Final = {"correct": "correctness_label", "complete": "completeness_label"}
_SUPPORTED = "Fully attributable"
_ATTRIBUTION_FIELDS = ("context", "response", "label")
_PAIR_FIELDS = ("query", "gt_answer", "model1", "model2", "annotator", *_PAIR_LABELS.values())
_ITEMS = "items.jsonl"
_MOST_TOLD = 5

_Item = TypeVar("_Item", "LabelledAnswer", "LabelledPair")


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """An answer that people say meets a rubric or does not. Items of one `group` are about the same text."""

    id: str
    group: str
    case: Case
    answer: str
    good: bool


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two answers to one question. `preferences` are each annotator's: -1 the second, 0 neither, 1 the
    first."""

    id: str
    group: str
    case: Case
    first: str
    second: str
    preferences: tuple[int, ...]

    @property
    def preference(self) -> int:
        """The side that the annotators take together; 0 where they take none or both."""
        total = sum(self.preferences)
        return (total > 0) - (total < 0)


Item = LabelledAnswer | LabelledPair


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """People's judgements by one rubric: of single answers, or of pairs. `sha256` is of the file."""

    name: str
    rubric: str
    sha256: str
    answers: tuple[LabelledAnswer, ...] = ()
    pairs: tuple[LabelledPair, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        return self.answers or self.pairs


def judged_rubrics(path: Path) -> tuple[str, ...]:
    """The rubrics by which people judged the answers in the file or folder. Raises QuestionSetInvalid."""
    return _known(_rows(*_content(path))[0][1])


def load_labelled(path: Path, rubric: str) -> LabelledSet:
    """The set in a file, or in the `items.jsonl` of a folder, with people's judgements by that rubric.

    Raises QuestionSetInvalid where the file is not as it should be, and NothingToJudge where nobody judged by
    that rubric.
    """
    content, file = _content(path)
    rows = _rows(content, file)
    known = _known(rows[0][1])
    name = path.resolve().name if path.is_dir() else file.stem
    if rubric not in known:
        raise NothingToJudge(
            f"People judged the answers of {name} by {' and '.join(known)}, not by {rubric}. "
            f"Give --rubric {known[0]}."
        )
    sha256 = hashlib.sha256(content).hexdigest()
    if rubric not in _PAIR_LABELS:
        whole = _whole(rows, _ATTRIBUTION_FIELDS, file)
        groups = _groups(row["context"] for row in whole)
        answers = tuple(_answer(row, group) for row, group in zip(whole, groups, strict=True))
        return LabelledSet(name, rubric, sha256, answers=answers)
    pairs = tuple(_pairs(_whole(rows, _PAIR_FIELDS, file), _PAIR_LABELS[rubric], file))
    return LabelledSet(name, rubric, sha256, pairs=pairs)


def _content(path: Path) -> tuple[bytes, Path]:
    file = path / _ITEMS if path.is_dir() else path
    try:
        return file.read_bytes(), file
    except OSError as error:
        raise QuestionSetInvalid(f"{file} cannot be read: {error.strerror}.") from error


def _known(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Told by the first line: the fields of all are looked at when they are read."""
    return ("faithful",) if "context" in row else tuple(_PAIR_LABELS)


def half_of(group: str) -> Half:
    """The half that a group belongs to, by the first byte of its SHA-256: whatever else is in the set."""
    return "even" if hashlib.sha256(group.encode("utf-8", "surrogateescape")).digest()[0] % 2 == 0 else "odd"


def drawn_of_halves(labelled: LabelledSet, limit: int | None) -> LabelledSet:
    """At most `limit` items of each half, by the SHA-256 of their ids: the same ones every time."""
    if limit is None:
        return labelled
    return LabelledSet(
        labelled.name,
        labelled.rubric,
        labelled.sha256,
        answers=tuple(_drawn(labelled.answers, limit)),
        pairs=tuple(_drawn(labelled.pairs, limit)),
    )


def _drawn(items: Sequence[_Item], limit: int) -> list[_Item]:
    ordered = sorted(items, key=lambda item: hashlib.sha256(item.id.encode()).digest())
    kept = {
        item.id
        for half in ("even", "odd")
        for item in [i for i in ordered if half_of(i.group) == half][:limit]
    }
    return [item for item in items if item.id in kept]


def _rows(content: bytes, file: Path) -> list[tuple[int, dict[str, Any]]]:
    """The lines' numbers and objects. Raises QuestionSetInvalid."""
    rows: list[tuple[int, dict[str, Any]]] = []
    wrong: list[str] = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if isinstance(row, dict):
            rows.append((number, row))
        else:
            wrong.append(f"line {number} is no JSON object")
    if wrong or not rows:
        raise _invalid(file, wrong or ["there is no line in it"])
    return rows


def _whole(
    rows: Iterable[tuple[int, dict[str, Any]]], fields: Sequence[str], file: Path
) -> list[dict[str, Any]]:
    """The rows, which have these fields, each of its kind. Raises QuestionSetInvalid."""
    kept, wrong = [], []
    for number, row in rows:
        bad = [name for name in fields if not _is_right(name, row.get(name))]
        if bad:
            wrong.append(f"line {number} lacks {', '.join(bad)}, or has something else there")
        kept.append({"id": str(number), **row})
    if wrong:
        raise _invalid(file, wrong)
    return kept


def _is_right(name: str, value: object) -> bool:
    if name in _PAIR_LABELS.values():
        return isinstance(value, int) and -2 <= value <= 2
    if name in ("model1", "model2"):
        return isinstance(value, dict) and isinstance(value.get("response"), str)
    return isinstance(value, str) or (name == "annotator" and isinstance(value, int))


def _invalid(file: Path, wrong: Sequence[str]) -> QuestionSetInvalid:
    more = f"; and {len(wrong) - _MOST_TOLD} more" if len(wrong) > _MOST_TOLD else ""
    return QuestionSetInvalid(
        f"{file} holds no labelled answers: {'; '.join(wrong[:_MOST_TOLD])}{more}. See "
        "docs/evaluation.md for the two forms."
    )


def _groups(texts: Iterable[str]) -> list[str]:
    """Of each text its group: the first text that has the same words, whatever the case and the spaces."""
    first: dict[str, str] = {}
    return [first.setdefault(" ".join(text.casefold().split()), text) for text in texts]


def _answer(row: Mapping[str, Any], group: str) -> LabelledAnswer:
    case = Case(question=str(row.get("message", "")), source=row["context"])
    return LabelledAnswer(str(row["id"]), group, case, row["response"], row["label"] == _SUPPORTED)


def _pairs(rows: Iterable[dict[str, Any]], label: str, file: Path) -> Iterable[LabelledPair]:
    """One pair for all annotators' lines about the same two answers."""
    together: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        key = (row["query"], row["model1"]["response"], row["model2"]["response"])
        together.setdefault(key, []).append(row)
    groups = _groups(query for query, _, _ in together)
    for group, ((query, first, second), own) in zip(groups, together.items(), strict=True):
        if len({row["annotator"] for row in own}) < len(own):
            raise _invalid(file, [f"an annotator judged the pair {own[0]['id']!r} twice"])
        own.sort(key=lambda row: str(row["annotator"]))
        yield LabelledPair(
            str(own[0]["id"]),
            group,
            Case(question=query, gold=own[0]["gt_answer"]),
            first,
            second,
            tuple((row[label] < 0) - (row[label] > 0) for row in own),
        )
