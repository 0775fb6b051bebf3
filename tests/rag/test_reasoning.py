"""What the model thinks aloud is told apart from what it answers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest

from generators.text.protocol import Finished, TextPiece
from generators.text.scripted import ScriptedGenerator
from rag.answering import Answering
from rag.enquiry import Enquiry
from rag.prompts import load_template
from rag.reasoning import ReasoningSplitter
from rag.refusal import REFUSAL
from rag.settings import AnswerSettings
from rag.types import Answered, Event, Passage, ReasoningAdded, Span, TextAdded

WHOLE = "Passage 1 says: the answer: 1889.\n**Answer:** The club opened in 1889. [1]"


def split(pieces: Sequence[str], marker: str | None = "Answer:") -> tuple[str, str]:
    splitter = ReasoningSplitter(marker)
    told = [*map(splitter.feed, pieces), splitter.finish()]
    return "".join(one.reasoning for one in told), "".join(one.answer for one in told)


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        ("First this.\nAnswer: 5 [1]", "First this.\n", "5 [1]"),
        ("First this.\n\nANSWER: 5", "First this.\n\n", "5"),
        ("## Answer:\n5", "", "\n5"),
        ("x\n- **Answer**: 5", "x\n", "5"),
        ("x\n > __Answer:__ 5", "x\n", "5"),
        ("Answer: 5", "", "5"),
        ("Answer:", "", ""),
        ("x\nAnswer:", "x\n", ""),
        ("no marker at all", "no marker at all", ""),
        ("x\nAnsw", "x\nAnsw", ""),
        ("so the Answer: is near", "so the Answer: is near", ""),
        ("Answering: x\nAnswers: y", "Answering: x\nAnswers: y", ""),
        ("x\nAnswer: 5 [1]\nAnswer: 6 [2]", "x\n", "5 [1]\n6 [2]"),
        ("Answer:\nAnswer: 5", "", "\n5"),
        ("", "", ""),
    ],
)
def test_however_it_is_cut_the_parts_are_the_same(text: str, reasoning: str, answer: str) -> None:
    assert split([text]) == (reasoning, answer)
    assert split(list(text)) == (reasoning, answer)
    for cut in range(1, len(text)):
        assert split([text[:cut], text[cut:]]) == (reasoning, answer)


def test_nothing_waits_longer_than_it_may_become_the_marker() -> None:
    splitter = ReasoningSplitter("Answer:")
    assert splitter.feed("An").reasoning == ""
    assert splitter.feed("other").reasoning == "Another"
    assert splitter.feed(" thing").reasoning == " thing"


def test_without_a_marker_to_look_for_all_is_answer() -> None:
    assert split(["x\nAnswer: 5"], None) == ("", "x\nAnswer: 5")


def test_a_marker_is_plain_text_whatever_characters_it_holds() -> None:
    assert split(["a\n(Final) answer? 5"], "(Final) answer?") == ("a\n", "5")


TEXT = "The club opened in 1889."
PASSAGES = (Passage(1, 1, "/docs/1.md", "Club", (), (Span(0, len(TEXT), 1, "page 1", TEXT),), TEXT),)


def streamed(pieces: Sequence[str], reason: str = "end") -> list[Event]:
    generator = ScriptedGenerator([""])

    def stream(request: object, cancelled: object = None) -> Iterator[object]:
        yield from map(TextPiece, pieces)
        yield Finished(reason, 1, 0, len(pieces))

    generator.stream = stream
    desk = Answering(generator, load_template("step_by_step"), AnswerSettings())
    return list(desk.stream(Enquiry("When did the club open?", PASSAGES, time.perf_counter())))


def parts(events: Sequence[Event]) -> tuple[str, str]:
    """Reasoning and text as a face gets them."""
    return (
        "".join(event.text for event in events if isinstance(event, ReasoningAdded)),
        "".join(event.text for event in events if isinstance(event, TextAdded)),
    )


@pytest.mark.parametrize("pieces", [[WHOLE], list(WHOLE)])
def test_sentences_and_citations_come_from_the_answer_alone(pieces: list[str]) -> None:
    events = streamed(pieces)
    assert parts(events) == ("Passage 1 says: the answer: 1889.\n", "The club opened in 1889. [1]")
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.answer.reasoning == "Passage 1 says: the answer: 1889."
    assert last.answer.text == "The club opened in 1889. [1]"
    assert [sentence.text for sentence in last.answer.sentences] == [TEXT]


def test_where_the_marker_never_comes_all_is_answer() -> None:
    last = streamed(["The club ", "opened in 1889. [1]"])[-1]
    assert isinstance(last, Answered)
    assert (last.answer.reasoning, last.answer.text) == ("", "The club opened in 1889. [1]")
    assert len(last.answer.sentences) == 1


def test_a_refusal_after_reasoning_is_one_and_keeps_it() -> None:
    events = streamed(["Nothing is said of it.\n", "Answer: Not ", "stated."])
    assert parts(events) == ("Nothing is said of it.\n", "")
    last = events[-1]
    assert isinstance(last, Answered)
    assert (last.answer.refused, last.answer.text) == (True, REFUSAL)
    assert last.answer.reasoning == "Nothing is said of it."


def test_what_was_stopped_while_it_was_thought_is_no_answer() -> None:
    last = streamed(["Passage 1 says "], "cancelled")[-1]
    assert isinstance(last, Answered)
    assert (last.answer.text, last.answer.reasoning) == ("", "Passage 1 says")
    assert last.answer.finish == "cancelled"


def test_a_template_without_a_marker_tells_no_reasoning() -> None:
    desk = Answering(ScriptedGenerator(["x\nAnswer: 1889 [1]"]), load_template("plain"), AnswerSettings())
    events = list(desk.stream(Enquiry("When?", PASSAGES, time.perf_counter())))
    assert parts(events) == ("", "x\nAnswer: 1889 [1]")


@pytest.mark.parametrize("template", ["plain", "step_by_step"])
def test_the_engine_is_free_before_the_answer_is_told(template: str) -> None:
    freed: list[bool] = []

    def stream(request: object, cancelled: object = None) -> Iterator[object]:
        try:
            yield TextPiece("Answer: 1889 [1]")
            yield Finished("end", 1, 0, 1)
        finally:
            freed.append(True)

    generator = ScriptedGenerator([""])
    generator.stream = stream
    desk = Answering(generator, load_template(template), AnswerSettings())
    for event in desk.stream(Enquiry("When?", PASSAGES, time.perf_counter())):
        if isinstance(event, Answered):
            assert freed
