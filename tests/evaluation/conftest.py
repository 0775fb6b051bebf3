"""Runs made by hand, and a small set on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from evaluation.types import Gold, Manifest, Metric, Outcome, Question, Row, Run

NDCG = Metric("page.ndcg@10", "nDCG@10", "retrieval")
SECONDS = Metric("search_seconds", "Search", "time", higher_is_better=False, highest=None, unit="s")

MadeRun = Callable[..., Run]


@pytest.fixture
def made_run() -> MadeRun:
    """A run out of each metric's values; a value of None means that it is not defined there."""

    def make(
        values: Mapping[Metric, Sequence[float | None]],
        name: str = "made",
        labels: Sequence[tuple[tuple[str, str], ...]] = (),
        errors: frozenset[int] = frozenset(),
        surroundings: Mapping[str, str] | None = None,
    ) -> Run:
        count = len(next(iter(values.values())))
        rows = tuple(
            Row(
                Question(f"q{index}", f"Question {index}?", labels=labels[index] if labels else ()),
                Outcome(error="it broke" if index in errors else None),
                {metric.name: own[index] for metric, own in values.items() if own[index] is not None},
            )
            for index in range(count)
        )
        manifest = Manifest(
            name,
            name,
            "set",
            "0" * 64,
            count,
            0,
            {"system": "made"},
            surroundings or {},
            tuple(values),
            "2026",
        )
        return Run(manifest, rows)

    return make


@pytest.fixture
def set_folder(tmp_path: Path) -> Path:
    """Two passages and three questions, one of them without an answer, in the benchmark form."""
    folder = tmp_path / "club"
    folder.mkdir()
    write_lines(
        folder / "corpus.jsonl",
        {"id": "winch", "title": "Winch", "text": "The winch rope is replaced every 1,000 launches."},
        {"id": "fees", "title": "Fees", "text": "A tow to 500 metres costs 48 euros."},
    )
    write_lines(
        folder / "queries.jsonl",
        {"id": "1", "text": "What does a tow cost?", "answers": ["48 euros"], "lang": "en"},
        {"id": "2", "text": "When is the winch rope replaced?", "answers": ["every 1,000 launches"]},
        {"id": "3", "text": "Who built the hangar?", "answers": [], "answerable": False},
    )
    (folder / "qrels.tsv").write_text("query-id\tdoc-id\tscore\n1\tfees\t1\n2\twinch\t2\n2\tfees\t0\n")
    return folder


def write_lines(file: Path, *rows: object) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def paged(id: str, page: int, **others: object) -> Question:
    """A question whose answer stands on a page of `a.pdf`."""
    return Question(id, f"{id}?", gold=(Gold("a.pdf", page),), **others)  # type: ignore[arg-type]
