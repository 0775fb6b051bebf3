"""The tools on the command line: called by name, and in a chat."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generators.audio.sound_files import read_note as sound_note
from generators.image.picture_files import read_note


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFDESK_IMAGE_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def script(tmp_path: Path):
    def write(*replies: str) -> str:
        file = tmp_path / "script.json"
        file.write_text(json.dumps(replies), encoding="utf-8")
        return f"scripted:{file}"

    return write


_ENGINES = ("--image-model", "scripted", "--voice", "scripted")


def test_the_tools_are_listed_with_their_schemas(refdesk) -> None:
    listed = refdesk("tools", "list", "--json").json()["tools"]
    assert {"draw", "speak", "ask"} <= {tool["name"] for tool in listed}
    assert listed[0]["arguments"]["required"] == ["prompt"]
    assert "Draw a picture" in refdesk("tools", "list").stdout


def test_a_tool_is_called_with_json(refdesk, filled: Path, script) -> None:
    said = refdesk("tools", "call", "draw", '{"prompt": "a lens", "seed": 7}', *_ENGINES, "--json").json()
    assert (said["tool"], said["sources"]) == ("draw", [])
    assert read_note(Path(said["files"][0])).seed == 7
    assert Path(said["files"][0]).parent == Path("made")
    page = '{"document": "fees.md", "page": 1}'
    spoken = refdesk("tools", "call", "speak", page, "-c", "default", *_ENGINES, "--files", "x", "--json")
    assert sound_note(Path(spoken.json()["files"][0])).sources == tuple(spoken.json()["sources"])
    labels = '{"text": "The rope is torn.", "labels": ["praise", "complaint"]}'
    assert (
        refdesk("tools", "call", "classify", labels, "--model", script("complaint")).stdout == "complaint\n"
    )


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("paint",), "ToolCallRefused"),
        (("draw", "{"), "WrongUse"),
        (("draw", "[]"), "WrongUse"),
        (("draw", '{"prompt": "x", "out": "/etc/x"}'), "ToolCallRefused"),
        (("draw", '{"prompt": "x"}'), "ModelUnusable"),
        (("ask", '{"question": "x"}'), "ToolCallRefused"),
        (("speak", '{"text": "x"}', "--voice", "nobody"), "ModelUnusable"),
    ],
)
def test_wrong_use_has_words_and_code_2(refdesk, arguments: tuple[str, ...], kind: str) -> None:
    said = refdesk("tools", "call", *arguments, "--json")
    assert (said.exit_code, said.json()["error"]["kind"]) == (2, kind), said.stderr
    assert not list(Path("made").glob("*"))


def test_a_chat_makes_what_commands_say(refdesk, filled: Path) -> None:
    lines = "/speak\nWhat is the annual fee?\n/speak\n/draw the fee on page 1 of fees.md\n/draw\n"
    more = "/speak page 40 of fees.md\n/translate German\n/help\n"
    said = refdesk("chat", *_ENGINES, "--files", "files", typed=lines + more)
    assert said.exit_code == 0, said.stderr
    assert "Nothing has been answered yet" in said.stderr
    (sound,) = Path("files").glob("*.wav")
    assert "12 euros" in sound_note(sound).prompt
    assert sound_note(sound).sources == (f"{filled / 'fees.md'}, page 1",)
    (picture,) = Path("files").glob("*.png")
    assert read_note(picture).prompt == "the fee: Fees The annual fee is 12 euros."
    assert str(picture) in said.stdout
    assert "Say what to draw" in said.stderr
    assert "no page 40" in said.stderr
    assert "only quotes" in said.stderr
    assert "/translate LANGUAGE" in said.stdout


def test_in_a_chat_with_json_a_result_is_an_object(refdesk, filled: Path) -> None:
    said = refdesk("chat", "--json", *_ENGINES, typed="/draw a lens\n/draw\n")
    drawn, refused = map(json.loads, said.stdout.splitlines())
    assert (drawn["tool"], len(drawn["files"])) == ("draw", 1)
    assert refused["error"]["kind"] == "ToolCallRefused"


def test_with_tools_the_model_takes_a_message_for_a_wish(refdesk, filled: Path, script) -> None:
    engine = script(
        '{"tool": "draw", "arguments": {"prompt": "a ship"}}',
        '{"tool": "none"}',
        "The annual fee is 12 euros [1].",
        "no choice at all",
    )
    typed = "Draw me a ship.\nSay what the annual fee is.\nRead that aloud.\n"
    said = refdesk("chat", "--tools", "--model", engine, *_ENGINES, typed=typed)
    assert said.exit_code == 0, said.stderr
    (picture,) = Path("made").glob("*.png")
    assert read_note(picture).prompt == "a ship"
    assert "12 euros" in said.stdout
    assert "Say it as a command" in said.stderr


def test_without_tools_a_wish_is_a_question_like_any_other(refdesk, filled: Path) -> None:
    said = refdesk("chat", *_ENGINES, typed="Draw me the annual fee.\n")
    assert said.exit_code == 0
    assert not Path("made").exists()


def test_an_engine_that_quotes_is_refused_at_the_start(refdesk, filled: Path) -> None:
    said = refdesk("chat", "--tools", typed="Draw me a ship.\n")
    assert said.exit_code == 2
    assert "/help lists them" in said.stderr
