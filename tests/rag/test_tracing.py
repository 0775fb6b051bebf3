"""A trace tells all that led to an answer, and changes nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from generators.text.protocol import GenerationRequest, Message
from generators.text.scripted import ScriptedGenerator
from ingest.settings import EmbedderSettings, IngestSettings
from machine import Energy
from machine.energy import EnergyCounter, EnergyMeter
from rag import (
    Answered,
    AnswerSettings,
    Collection,
    Event,
    Sampling,
    Settings,
    Trace,
    Turn,
    open_collection,
)
from rag.prompts import load_template
from rag.tracing import RecordingGenerator

QUESTION = "What does a tow cost?"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "replies.json"


@pytest.fixture
def collection(home: Path, tmp_path: Path, script: Path) -> Iterator[Collection]:
    document = tmp_path / "fees.md"
    document.write_text("# Fees\n\nA tow costs 48 euros.\n\n# Club\n\nThe club opened in 1889.\n")
    script.write_text("[]")
    settings = Settings(
        ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing")),
        generator=GeneratorSettings(engine=f"scripted:{script}"),
        answer=AnswerSettings(
            template="step_by_step", unsupported="withdraw", sampling=Sampling(temperature=0.5, seed=3)
        ),
    )
    with open_collection("fees", settings) as opened:
        opened.ingest([document])
        yield opened


def followed(
    collection: Collection, question: str = QUESTION, turns: tuple[Turn, ...] = ()
) -> tuple[list[Event], Trace]:
    traces: list[Trace] = []
    events = list(collection.stream(question, turns=turns, trace=traces.append))
    (trace,) = traces
    return events, trace


def write(script: Path, *replies: str) -> None:
    script.write_text(json.dumps(replies))


def test_all_that_led_to_an_answer_is_told(collection: Collection, script: Path) -> None:
    reply = "It is in passage 1.\nAnswer: A tow costs 48 euros. [1] Elephants are grey. [1]"
    write(script, reply)
    events, trace = followed(collection)
    last = events[-1]
    assert isinstance(last, Answered)
    assert trace.answer == last.answer
    assert trace.searched.query == QUESTION
    assert [hit.rank for hit in trace.searched.hits] == [1, 2]
    assert [traced.passage for traced in trace.passages] == list(last.answer.passages)
    assert trace.passages[0].tokens == len(last.answer.passages[0].text.split())
    (writing,) = trace.writings
    assert writing.messages == load_template("step_by_step").messages(QUESTION, last.answer.passages)
    assert (writing.text, writing.max_tokens) == (reply, 512)
    assert writing.sampling == Sampling(temperature=0.5, seed=3)
    assert writing.tokens == last.answer.tokens
    kept, withdrawn = trace.sentences
    assert (kept.outcome, kept.checked) == ("kept", last.answer.sentences[0])
    assert kept.checked.rests_on is not None
    assert (withdrawn.outcome, withdrawn.checked.text) == ("withdrawn", "Elephants are grey.")


def test_a_corrected_sentence_is_told_with_what_it_was(collection: Collection, script: Path) -> None:
    write(script, "Answer: A tow costs 50 euros. [1]")
    corrected = replace(
        collection.settings, answer=replace(collection.settings.answer, unsupported="correct")
    )
    with open_collection("fees", corrected) as desk:
        (sentence,) = followed(desk)[1].sentences
    assert (sentence.outcome, sentence.checked.text) == ("corrected", "A tow costs 50 euros.")
    assert sentence.corrected is not None
    assert sentence.corrected.text == "A tow costs 48 euros."


def test_a_refusal_is_told_as_the_model_wrote_it(collection: Collection, script: Path) -> None:
    write(script, "Answer: Not stated.")
    trace = followed(collection)[1]
    assert (trace.answer.refusal, trace.writings[0].text) == ("not-stated", "Answer: Not stated.")


def test_where_the_model_was_not_asked_nothing_was_written(collection: Collection) -> None:
    strict = replace(collection.settings, answer=AnswerSettings(minimum_evidence=1.0))
    with open_collection("fees", strict) as desk:
        trace = followed(desk, "What do penguins eat?")[1]
    assert (trace.writings, trace.sentences) == ((), ())
    assert trace.searched.evidence < trace.searched.minimum_evidence == 1.0


def test_a_follow_up_is_told_as_it_was_searched(collection: Collection, script: Path) -> None:
    write(script, "Answer: 1889 [1]")
    trace = followed(collection, "And since when?", (Turn("Is there a club?", "Yes"),))[1]
    assert trace.searched.query == "Since when is there a club?"


def test_the_events_are_the_same_with_and_without(collection: Collection, script: Path) -> None:
    reply = "Passage 1 says it.\nAnswer: A tow costs 48 euros. [1]"
    write(script, reply, reply)
    with_trace, without = followed(collection)[0][:-1], list(collection.stream(QUESTION))[:-1]
    assert with_trace == without


def test_a_call_that_is_left_when_the_prompt_is_read_is_told_too() -> None:
    recording = RecordingGenerator(ScriptedGenerator(["never read"]))
    events = recording.stream(GenerationRequest((Message("user", "Why is that so?"),)))
    next(events)
    events.close()
    (writing,) = recording.writings()
    assert (writing.text, writing.finish, writing.tokens.completion) == ("", "stop", 0)
    assert writing.tokens.prompt > 0


def test_a_prompt_is_told_as_one_text_where_the_engine_makes_one() -> None:
    class Rendering(ScriptedGenerator):
        def rendered_prompt(self, messages: tuple[Message, ...]) -> str:
            return "|".join(message.content for message in messages)

    for generator, prompt in ((Rendering(["x"]), "a|b"), (ScriptedGenerator(["x"]), None)):
        recording = RecordingGenerator(generator)
        list(recording.stream(GenerationRequest((Message("system", "a"), Message("user", "b")))))
        assert recording.writings()[0].prompt == prompt


def test_the_energy_of_an_answer_is_told_where_the_machine_can(
    collection: Collection, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.write_text(json.dumps(["Answer: A tow costs 48 euros [1]."] * 2))
    told = iter(range(0, 10_000, 3))
    meter = EnergyMeter((EnergyCounter("package-0", lambda: float(next(told))),))
    monkeypatch.setattr("rag.tracing.energy_meter", lambda: meter)
    energy = followed(collection)[1].energy
    assert energy == Energy(float(next(told) - 3), ("package-0",))
    monkeypatch.setattr("rag.tracing.energy_meter", lambda: EnergyMeter(()))
    assert followed(collection)[1].energy == Energy(None)
