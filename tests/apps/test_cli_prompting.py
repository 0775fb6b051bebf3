"""Templates, reasoning, sampling and traces on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from apps.cli.answer_display import StreamedText

REPLY = "Passage 1 names the fee.\nAnswer: The annual fee is 12 euros. [1]"
OWN = """
name = "own"
version = 2
purpose = "A trial."
system = "Answer in a word."
"""


@pytest.fixture
def scripted(tmp_path: Path) -> str:
    script = tmp_path / "replies.json"
    script.write_text(json.dumps([REPLY]))
    return f"scripted:{script}"


def test_templates_are_listed_with_what_they_are_for(refdesk) -> None:
    said = refdesk("templates")
    assert said.exit_code == 0
    names = [line.split()[0] for line in said.stdout.splitlines()]
    assert names == ["name", "detailed", "few_shot", "plain", "step_by_step"]
    listed = refdesk("templates", "--json").json()
    assert listed["schema"] == 1
    by_name = {one["name"]: one for one in listed["templates"]}
    assert by_name["step_by_step"]["answer_marker"] == "Answer:"
    assert by_name["plain"]["answer_marker"] is None
    assert all(one["purpose"] and one["version"] >= 1 for one in by_name.values())


def test_a_template_of_ones_own_is_checked_and_shown(refdesk, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(OWN)
    said = refdesk("templates", file)
    assert said.stdout.startswith("own, version 2: A trial.\n")
    assert "Answer in a word." in said.stdout
    file.write_text(OWN + "sytem = 1")
    wrong = refdesk("templates", file, "--json")
    assert wrong.exit_code == 2
    assert wrong.json()["error"]["kind"] == "TemplateUnusable"
    assert "sytem" in wrong.stderr


def test_a_template_that_is_none_is_told_before_anything_is_loaded(refdesk, filled: Path) -> None:
    said = refdesk("ask", "fee", "--template", "nosuch", "--model", "./nosuch.gguf")
    assert said.exit_code == 2
    assert "There are: detailed, few_shot, plain, step_by_step" in said.stderr


def test_reasoning_stands_apart_from_the_answer(refdesk, filled: Path, scripted: str) -> None:
    ask = ("ask", "What is the annual fee?", "--model", scripted, "--template", "step_by_step")
    said = refdesk(*ask)
    assert said.stdout.startswith("The annual fee is 12 euros. [1]\n\nReasoning, which nobody has checked:\n")
    assert "\n  Passage 1 names the fee.\n" in said.stdout
    answer = refdesk(*ask, "--json").json()
    assert answer["reasoning"] == "Passage 1 names the fee."
    assert answer["answer"] == "The annual fee is 12 euros. [1]"
    assert len(answer["sentences"]) == 1


def test_chat_takes_a_template_too(refdesk, filled: Path, scripted: str) -> None:
    said = refdesk(
        "chat", "--model", scripted, "--template", "step_by_step", typed="What is the annual fee?\n"
    )
    assert "The annual fee is 12 euros. [1]\n\nReasoning, which nobody has checked:\n" in said.stdout


def test_reasoning_is_not_written_before_it_is_known_to_be_some(capsys: pytest.CaptureFixture[str]) -> None:
    display = StreamedText()
    display.reason("The fee is 12 euros.")
    display.add("The fee is 12 euros.")
    display.finish("The fee is 12 euros.")
    assert capsys.readouterr().out == "The fee is 12 euros.\n"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--temperature", "-1"], "--temperature is -1.0; it must be from 0 to 5."),
        (["--temperature", "1", "--top-p", "0"], "--top-p is 0.0; it must be above 0 and at most 1."),
        (["--top-p", "0.9"], "--top-p says what to draw from, and at temperature 0"),
        (["--seed", "-1"], "--seed is -1; it must be from 0"),
        (["--max-tokens", "0"], "--max-tokens is 0; an answer takes at least 1."),
        (["--system-prompt", " "], "--system-prompt is empty"),
        (["--answer-language", "German"], "--answer-language is 'German'; it may be 'question' or one of"),
    ],
)
@pytest.mark.parametrize("command", ["ask", "chat"])
def test_what_cannot_be_meant_is_wrong_use_in_words(
    refdesk, filled: Path, command: str, options: list[str], complaint: str
) -> None:
    said = refdesk(command, *(["fee"] if command == "ask" else []), *options)
    assert said.exit_code == 2
    assert complaint in said.stderr


def test_a_trace_tells_what_was_asked_for(refdesk, filled: Path, scripted: str) -> None:
    options = ["--temperature", "0.7", "--top-k", "40", "--seed", "5", "--max-tokens", "90"]
    more = ["--system-prompt", "Answer formally.", "--answer-language", "de", "--template", "step_by_step"]
    question = "What is the annual fee?"
    trace = refdesk("ask", question, "--model", scripted, *options, *more, "--trace", "--json").json()[
        "trace"
    ]
    (writing,) = trace["writings"]
    assert writing["sampling"] == {
        "temperature": 0.7,
        "top_p": 1.0,
        "top_k": 40,
        "min_p": 0.0,
        "repeat_penalty": 1.0,
        "seed": 5,
    }
    assert writing["max_tokens"] == 90
    assert writing["text"] == REPLY
    assert writing["messages"][0]["content"].endswith("\n\nAnswer formally.")
    assert writing["messages"][-1]["content"].endswith(f"Question: {question}\nAnswer in German.")
    assert trace["query"] == question
    assert {"rank", "score", "dense", "lexical"} < set(trace["hits"][0])
    assert trace["template"] == {"name": "step_by_step", "version": 1}
    (sentence,) = trace["sentences"]
    assert (sentence["verdict"], sentence["outcome"], sentence["cites"]) == ("supported", "kept", [1])
    assert sentence["rests_on"]["quote"] == "The annual fee is 12 euros."


def test_a_trace_is_readable_and_only_there_when_asked_for(refdesk, filled: Path, scripted: str) -> None:
    ask = ("ask", "What is the annual fee?", "--model", scripted, "--template", "step_by_step")
    shown = refdesk(*ask, "--trace").stdout
    for part in (
        "Searched for\n  What is the annual fee?\n",
        "Hits\n  1. ",
        "fees.md, page 1: meaning ",
        "always the likeliest token, at most 512 tokens",
        "system:\nYou answer questions from numbered passages",
        f"What it wrote\n{REPLY}\n",
        "rests on [1] section Fees: “The annual fee is 12 euros.”",
    ):
        assert part in shown
    assert "Searched for" not in refdesk(*ask).stdout
    assert "trace" not in refdesk(*ask, "--json").json()
