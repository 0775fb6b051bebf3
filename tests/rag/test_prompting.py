"""What the settings add to a template's prompt."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from generators.text.protocol import GenerationRequest, Sampling
from generators.text.scripted import ScriptedGenerator
from rag.answering import Answering
from rag.enquiry import Enquiry
from rag.languages import language_line
from rag.prompting import Prompting
from rag.prompts import load_template
from rag.settings import AnswerSettings
from rag.types import Passage, Span, Turn

TEXT = "A tow costs 48 euros."
PASSAGES = (Passage(1, 1, "/docs/1.md", "Fees", (), (Span(0, len(TEXT), 1, "page 1", TEXT),), TEXT),)
PLAIN = load_template("plain")


def request_of(question: str, settings: AnswerSettings, template: str = "plain") -> GenerationRequest:
    generator = ScriptedGenerator(["48 euros [1]"])
    desk = Answering(generator, load_template(template), settings)
    list(desk.stream(Enquiry(question, PASSAGES, time.perf_counter())))
    return generator.requests[0]


def test_a_system_prompt_is_added_to_the_rules_and_replaces_none() -> None:
    messages = request_of(
        "What does a tow cost?", AnswerSettings(system_prompt=" Answer formally. ")
    ).messages
    assert messages[0].content == f"{PLAIN.system}\n\nAnswer formally."
    assert messages[1:] == PLAIN.messages("What does a tow cost?", PASSAGES)[1:]


def test_english_questions_get_the_prompt_as_it_is() -> None:
    request = request_of("What does a tow cost?", AnswerSettings())
    assert request.messages == PLAIN.messages("What does a tow cost?", PASSAGES)


def test_a_question_in_german_asks_for_german_and_changes_nothing_before_it() -> None:
    messages = request_of("Was kostet ein Flugzeugschlepp?", AnswerSettings()).messages
    assert messages[-1].content.endswith("\n\nQuestion: Was kostet ein Flugzeugschlepp?\nAnswer in German.")
    assert messages[:-1] == PLAIN.stable_messages()


@pytest.mark.parametrize(
    ("wanted", "question", "line"),
    [
        ("question", "Wie hoch ist die Gebühr?", "Answer in German."),
        ("question", "Quand est-ce que la bibliothèque ouvre ?", "Answer in French."),
        ("question", "开放时间是什么时候？", "Answer in Chinese."),
        ("question", "How high is the fee?", None),
        ("question", "12?", None),
        ("de", "How high is the fee?", "Answer in German."),
        ("de", "Wie hoch ist die Gebühr?", "Answer in German."),
        ("en", "Wie hoch ist die Gebühr?", "Answer in English."),
        ("en", "How high is the fee?", None),
        (None, "Wie hoch ist die Gebühr?", None),
    ],
)
def test_the_language_is_named_only_where_it_has_to_be(
    wanted: str | None, question: str, line: str | None
) -> None:
    assert language_line(wanted, question) == line


def test_a_follow_up_too_short_to_tell_goes_by_the_question_before() -> None:
    turns = (Turn("Wie hoch war die Gebühr im Jahr 2022?", "40 Euro"),)
    assert Prompting(PLAIN, AnswerSettings()).closing("2023?", turns) == "Answer in German."


def test_max_tokens_are_the_templates_unless_they_are_set() -> None:
    assert request_of("What?", AnswerSettings()).max_tokens == 256
    assert request_of("What?", AnswerSettings(), "step_by_step").max_tokens == 512
    assert request_of("What?", AnswerSettings(max_tokens=99), "step_by_step").max_tokens == 99


def test_sampling_reaches_the_engine_and_is_greedy_by_default() -> None:
    warm = Sampling(temperature=0.7, top_p=0.9, top_k=40, min_p=0.05, repeat_penalty=1.1, seed=7)
    assert request_of("What?", AnswerSettings(sampling=warm)).sampling == warm
    assert request_of("What?", AnswerSettings()).sampling == Sampling(temperature=0.0)


@pytest.mark.parametrize(
    ("setting", "value", "complaint"),
    [
        ("max_tokens", 0, "max_tokens is 0"),
        ("system_prompt", " ", "system_prompt is empty"),
        ("system_prompt", "x" * 4001, "4,001 characters"),
        ("answer_language", "German", "answer_language is 'German'.*'question'.* de"),
    ],
)
def test_settings_that_cannot_be_meant_are_told_so(setting: str, value: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(AnswerSettings(), **{setting: value})
