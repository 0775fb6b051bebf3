"""How much speaks for an answer being among the hits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from rag import AnswerSettings, ArmScore, Hit, Refused, Settings, open_collection
from rag.evidence import evidence


def hit(text: str, similarity: float | None) -> Hit:
    dense = None if similarity is None else ArmScore(1, similarity)
    return Hit(1, 1.0, 1, 1, "a.md", "A", 1, 1, (), 0, len(text), text, dense)


def test_meaning_and_words_count_alike() -> None:
    found = evidence("What does a tow cost?", [hit("A tow is cheap.", 0.5)])
    assert found == pytest.approx(0.5 * 0.5 + 0.5 * 1 / 2)  # of "tow" and "cost", one is there


def test_the_best_hit_counts() -> None:
    hits = [hit("Nothing.", 0.1), hit("A tow costs 48 euros.", 0.8), hit("Nothing.", None)]
    assert evidence("What does a tow cost?", hits) == pytest.approx(0.5 * 0.8 + 0.5 * 1.0)


def test_without_hits_there_is_none() -> None:
    assert evidence("What does a tow cost?", []) == 0.0


def test_a_question_of_common_words_goes_by_meaning() -> None:
    assert evidence("What is it?", [hit("Anything.", 0.3)]) == 0.3
    assert evidence("What is it?", [hit("Anything.", -0.3)]) == 0.0


def test_too_little_evidence_is_refused_without_asking_the_model(home: Path, tmp_path: Path) -> None:
    (tmp_path / "fees.md").write_text("A tow costs 48 euros.")
    settings = Settings(
        ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing"), isolated=False),
        generator=GeneratorSettings(engine="extractive"),
    )
    with open_collection("club", settings) as collection:
        collection.ingest([tmp_path / "fees.md"])
        assert collection.ask("What does a tow cost?").refusal is None
    strict = replace(settings, answer=AnswerSettings(minimum_evidence=1.0))
    with open_collection("club", strict) as collection:
        events = list(collection.stream("What does a tow cost?"))
        answer = collection.ask("What does a tow cost?")
    assert any(isinstance(event, Refused) for event in events)
    assert (answer.refused, answer.refusal, answer.tokens.prompt) == (True, "nothing-found", 0)
    assert answer.passages  # what came nearest is still shown


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_threshold_lies_between_0_and_1(value: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        AnswerSettings(minimum_evidence=value)
