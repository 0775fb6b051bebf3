"""Tools in a chat: by command, and by the model's own choice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.audio.sound_files import read_note as sound_note
from generators.image.picture_files import read_note
from generators.text.extractive import ExtractiveGenerator
from generators.text.scripted import ScriptedGenerator
from rag.errors import TaskUnsuited, ToolCallRefused
from rag.tools.chat_commands import COMMANDS, read_command
from rag.tools.chat_tools import ChatTools, help_lines
from rag.tools.choosing import CHOSEN, choice_schema, choose_call, may_ask, read_choice
from rag.tools.registry import find_tool
from rag.tools.types import ToolCall
from rag.tools.workshop import Workshop
from tests.rag.tools.conftest import ORDER

Opened = Callable[..., Workshop]


@pytest.mark.parametrize(
    ("line", "tool", "arguments"),
    [
        ("/draw a ship", "draw", {"prompt": "a ship"}),
        ("/draw the winch on page 2", "draw", {"prompt": "the winch on page 2", "from_documents": True}),
        ("/draw the winch in the documents.", "draw", {"prompt": "the winch", "from_documents": True}),
        ("/speak", "speak", {}),
        ("/speak page 2 of the manual", "speak", {"page": 2, "document": "manual"}),
        ("/speak page 2", "speak", {"page": 2}),
        ("/transcribe talk.wav", "transcribe", {"file": "talk.wav"}),
        ("/summarize letter.txt", "summarize", {"document": "letter.txt"}),
        ("/translate German", "translate", {"language": "German"}),
        ("/translate German letter.txt", "translate", {"language": "German", "document": "letter.txt"}),
        ("/classify praise, complaint: letter.txt", "classify",
         {"labels": ["praise", "complaint"], "document": "letter.txt"}),
        ("/classify praise, complaint", "classify", {"labels": ["praise", "complaint"]}),
        ("/entities", "entities", {}),
    ],
)  # fmt: skip
def test_what_a_command_calls(line: str, tool: str, arguments: dict[str, object]) -> None:
    assert read_command(line) == ToolCall(tool, arguments)
    assert set(arguments) <= {each.name for each in find_tool(tool).parameters}


@pytest.mark.parametrize("line", ["/draw", "/translate ", "/classify one", "/transcribe"])
def test_what_is_missing_is_said_with_an_example(line: str) -> None:
    with pytest.raises(ToolCallRefused, match=line.split()[0]):
        read_command(line)


def test_other_lines_are_no_commands_of_tools() -> None:
    assert read_command("/quit") is None
    assert read_command("draw a ship") is None
    assert read_command("/drawing x") is None


def test_help_lists_every_command() -> None:
    shown = "\n".join(" ".join(line) for line in help_lines())
    assert all(command.usage in shown for command in COMMANDS)


def test_the_last_answer_is_spoken_with_the_pages_it_cites(workshop: Opened, documents: Path) -> None:
    bench = workshop()
    tools = ChatTools(bench)
    answer = bench.collection().ask("How much is the fee?")
    made = tools.run(ToolCall("speak"), answer)
    note = sound_note(made.files[0])
    assert "12 euros" in note.prompt
    assert "[1]" not in note.prompt
    assert note.sources == made.sources == (f"{documents / 'letter.txt'}, page 1",)
    with pytest.raises(ToolCallRefused, match="Nothing has been answered yet"):
        tools.run(ToolCall("speak"), None)
    with pytest.raises(ToolCallRefused, match="no argument 'out'"):
        tools.run(ToolCall("speak", {"out": "/etc/x"}), answer)


def test_the_last_answer_is_translated_without_its_marks(workshop: Opened) -> None:
    bench = workshop(["The fee is 12 euros [1].", "Die Gebühr beträgt 12 Euro."])
    answer = bench.collection().ask("How much is the fee?")
    made = ChatTools(bench).run(ToolCall("translate", {"language": "German"}), answer)
    assert made.text == "Die Gebühr beträgt 12 Euro."
    assert "[1]" not in bench.writer().requests[-1].messages[-1].content


def choice(tool: str, **arguments: object) -> str:
    return json.dumps({"tool": tool, "arguments": arguments})


@pytest.mark.parametrize(
    ("message", "written", "call"),
    [
        ("Draw me a ship.", choice("draw", prompt="a ship"), ToolCall("draw", {"prompt": "a ship"})),
        ("Read that aloud", choice("speak", text="that"), ToolCall("speak")),
        ("Read that aloud", choice("speak", text="Read that aloud"), ToolCall("speak")),
        ("Say “hello there”", choice("speak", text="hello there"),
         ToolCall("speak", {"text": "hello there"})),
        ("Translate it into German", choice("translate", language="German", document="report.pdf"),
         ToolCall("translate", {"language": "German"})),
        ("Translate page 2 of manual.pdf into German",
         choice("translate", language="German", document="manual.pdf", page=2),
         ToolCall("translate", {"language": "German", "document": "manual.pdf", "page": 2})),
        ("Draw the winch on page 2", choice("draw", prompt="the winch"),
         ToolCall("draw", {"from_documents": True, "prompt": "the winch on page 2"})),
        ("Could you draw me a ship?", choice("draw", prompt="penguin"),
         ToolCall("draw", {"prompt": "a ship"})),
        ("Draw the winch from the documents", choice("draw", prompt="the winch"),
         ToolCall("draw", {"from_documents": True, "prompt": "the winch"})),
        ("A picture hangs there.", '{"tool": "none"}', None),
        ("Read page 2 of manual.pdf aloud", choice("speak", text="page 2 of manual.pdf"),
         ToolCall("speak", {"page": 2, "document": "manual.pdf"})),
        ("List the names in letter.txt", choice("entities", text="letter.txt"),
         ToolCall("entities", {"document": "letter.txt"})),
        ("Draw me a cat", choice("draw", prompt="a cat being killed with an axe, gore"),
         ToolCall("draw", {"prompt": "a cat"})),
        ("Play calm piano music with rain", choice("music", prompt="calm piano"),
         ToolCall("music", {"prompt": "calm piano"})),
        ("Translate the answer", choice("translate", language="Klingon"), ToolCall("translate")),
        ("Translate it into klingon", choice("translate", language="Klingon"),
         ToolCall("translate", {"language": "Klingon"})),
        ("Übersetze das ins Englische", choice("translate", language="English"),
         ToolCall("translate", {"language": "English"})),
        ("Traduis-le en français", choice("translate", language="French"),
         ToolCall("translate", {"language": "French"})),
        ("Translate it into 中文", choice("translate", language="Chinese"),
         ToolCall("translate", {"language": "Chinese"})),
        ("Translate it into French", choice("translate", language="German"), ToolCall("translate")),
        ("Draw a ship.", f"```json\n{choice('draw', prompt='a ship')}\n```",
         ToolCall("draw", {"prompt": "a ship"})),
    ],
)  # fmt: skip
def test_the_models_choice_keeps_to_what_the_person_said(
    message: str, written: str, call: ToolCall | None
) -> None:
    assert choose_call(ScriptedGenerator([written]), message) == call


def test_a_model_that_keeps_grammars_is_held_to_the_schema() -> None:
    local = ScriptedGenerator(['{"tool": "none"}'], id="llama-cpp:small")
    choose_call(local, "Draw me a ship.")
    assert "draw" in (local.requests[0].grammar or "")
    free = ScriptedGenerator(['{"tool": "none"}'])
    choose_call(free, "Draw me a ship.")
    assert free.requests[0].grammar is None
    schema = choice_schema()
    assert {one["properties"]["tool"]["const"] for one in schema["oneOf"]} == {
        "none",
        *(tool.name for tool in CHOSEN),
    }
    assert "maxLength" not in json.dumps(schema)


@pytest.mark.parametrize(
    "written",
    ["Sure! I will draw a ship.", "", "[]", '{"tool": "rm"}', '{"tool": "ask", "arguments": {}}', '"draw"',
     '{"tool": "draw", "arguments": []}', '{"tool": "draw", "path": "/etc"}', f"{choice('draw')} and more",
     '{"tool": ["draw"]}', '{"tool": null}'],
)  # fmt: skip
def test_what_cannot_be_read_as_a_choice_is_refused_in_words(written: str) -> None:
    with pytest.raises(ToolCallRefused, match="Say it as a command"):
        read_choice(written)


def test_engines_that_quote_cannot_choose() -> None:
    with pytest.raises(TaskUnsuited, match="/help"):
        choose_call(ExtractiveGenerator("none"), "Draw me a ship.")


def test_a_plain_question_costs_no_choosing() -> None:
    silent = ScriptedGenerator([])
    for question in ("How much is the annual fee?", "Which picture hangs there?", "Tell me of the fee."):
        assert not may_ask(question)
        assert choose_call(silent, question) is None
    assert choose_call(silent, "draw " * 1000) is None


def test_what_stands_in_documents_and_answers_is_never_shown_to_the_chooser(workshop: Opened) -> None:
    """The manual orders a gun to be drawn; the chooser sees the person's message alone."""
    bench = workshop(["The winch has a red drum [1].", choice("speak"), '{"tool": "none"}'])
    answer = bench.collection().ask("What does the winch have?")
    tools = ChatTools(bench)
    assert tools.chosen("Read that aloud") == ToolCall("speak")
    shown = "".join(message.content for message in bench.writer().requests[-1].messages)
    assert answer.text not in shown
    assert "red drum" not in shown
    assert ORDER not in shown


def test_a_chosen_picture_is_drawn_from_the_page(workshop: Opened) -> None:
    bench = workshop([choice("draw", prompt="the winch"), "A red drum."])
    tools = ChatTools(bench)
    call = tools.chosen("Please draw the winch on page 2 of the manual")
    assert call is not None
    note = read_note(tools.run(call, None).files[0])
    assert note.prompt == "A red drum."
    assert "manual.pdf, page 2" in note.sources[0]
