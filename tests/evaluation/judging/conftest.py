"""A judge that says what it is told to, and labelled sets on disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluation.judging.judge import Judge
from generators.text.protocol import GenerationRequest
from generators.text.scripted import ScriptedGenerator, ScriptedReply
from generators.text.words import WordSignals

#: ln p of each option, from the prompt's last message.
Opinion = Callable[[str], dict[str, float]]


def telling(opinion: Opinion) -> ScriptedGenerator:
    """An engine that says how likely it is to begin with each option."""

    def reply(request: GenerationRequest) -> ScriptedReply:
        return ScriptedReply("", WordSignals(openings=opinion(request.messages[-1].content)))

    return ScriptedGenerator(reply)


@pytest.fixture
def telling_judge() -> Callable[[Opinion], Judge]:
    return lambda opinion: Judge(telling(opinion), "scripted weights")


@pytest.fixture
def attribution_folder(tmp_path: Path) -> Path:
    """Eighty answers; those that repeat their text are labelled as attributable."""
    folder = tmp_path / "attribution"
    rows = []
    for number in range(80):
        text = f"The mill at bridge {number} burned down in {1800 + number}."
        good = number % 2 == 0
        rows.append(
            {
                "id": f"a{number}",
                "context": text,
                "message": "Tell me of the mill.",
                "response": text if good else "I like mills, and I have seen one.",
                "label": "Fully attributable" if good else "Generic",
            }
        )
    return written(folder, rows)


@pytest.fixture
def pairs_folder(tmp_path: Path) -> Path:
    """Sixty pairs in turns: the first is better, the second is, and both are alike; two annotators each."""
    folder = tmp_path / "pairs"
    rows: list[dict[str, object]] = []
    for number in range(60):
        gold = f"The lock at mile {number} opens at six in the morning."
        poor = "Nobody can say when it does."
        first, second, label = [(gold, poor, -2), (poor, gold, 1), (poor, poor, 0)][number % 3]
        for annotator in ("1", "2"):
            rows.append(
                {
                    "id": f"{number}-a{annotator}",
                    "query": f"When does the lock at mile {number} open?",
                    "gt_answer": gold,
                    "model1": {"model_name": "one", "response": first},
                    "model2": {"model_name": "two", "response": second},
                    "correctness_label": label if annotator == "1" else max(-1, min(1, label)),
                    "completeness_label": label if number else -label,
                    "overall_label": label,
                    "annotator": annotator,
                }
            )
    return written(folder, rows)


def written(folder: Path, rows: list[dict[str, object]]) -> Path:
    folder.mkdir()
    (folder / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder
