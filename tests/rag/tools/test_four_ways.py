"""Each tool called as a function, on the command line, by an agent and in a chat: one kind of result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from generators.audio import assembly as audio
from generators.audio.scripted import ScriptedTranscriber
from generators.audio.transcription import Stretch, Utterance
from rag.tools.chat_tools import ChatTools
from rag.tools.registry import TOOLS, run_tool
from rag.tools.types import ToolCall, ToolResult
from rag.tools.workshop import Workshop

Opened = Callable[..., Workshop]

#: For each tool a call, how a chat has it (None: there one just asks), and what the model says.
CALLS: dict[str, tuple[Mapping[str, object], str | None, str]] = {
    "draw": ({"prompt": "the winch"}, "/draw the winch", ""),
    "music": ({"prompt": "calm piano", "seconds": 1}, "/music calm piano", ""),
    "speak": ({"document": "letter.txt"}, "/speak letter.txt", ""),
    "transcribe": ({"file": "letter.txt"}, "/transcribe letter.txt", ""),
    "summarize": ({"document": "letter.txt"}, "/summarize letter.txt", "About the fee."),
    "translate": (
        {"language": "German", "document": "letter.txt"}, "/translate German letter.txt", "Die Gebühr."
    ),
    "classify": (
        {"labels": ["praise", "question"], "document": "letter.txt"},
        "/classify praise, question: letter.txt",
        "question",
    ),
    "entities": ({"document": "letter.txt"}, "/entities letter.txt", "person: Ada Lund"),
    "ask": ({"question": "How much is the fee?"}, None, "The fee is 12 euros [1]."),
    "search": ({"query": "fee"}, None, ""),
}  # fmt: skip


def test_every_tool_is_among_them() -> None:
    assert set(CALLS) == {tool.name for tool in TOOLS}


@pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")
@pytest.mark.parametrize("name", CALLS)
def test_a_tool_is_the_same_whichever_way_it_is_called(
    name: str, workshop: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from apps.cli.main import app
    from rag.langchain import tools_in

    heard = (Stretch(0.0, 3.0, (Utterance(0.0, 3.0, "It opens at nine."),), "en"),)
    monkeypatch.setattr(audio, "open_transcriber", lambda *_: ScriptedTranscriber(heard))
    monkeypatch.setenv("REFDESK_EMBEDDER_ENGINE", "hashing")
    arguments, line, reply = CALLS[name]
    bench = workshop([reply] * 3)

    results = {"function": run_tool(bench, ToolCall(name, arguments))}
    (tool,) = tools_in(bench, names=[name])
    message = tool.invoke({"name": name, "args": dict(arguments), "id": "1", "type": "tool_call"})
    results["agent"] = message.artifact
    if line is not None:
        chat = ChatTools(bench)
        call = chat.commanded(line)
        assert call is not None
        results["chat"] = chat.run(call, None)
    script = tmp_path / "replies.json"
    script.write_text(json.dumps([reply]))
    typed = ["tools", "call", name, json.dumps(arguments), "-c", "flying", "--model", f"scripted:{script}"]
    typed += [
        "--image-model",
        "scripted",
        "--music-model",
        "scripted",
        "--voice",
        "scripted",
        "--files",
        str(tmp_path / "typed"),
        "--json",
    ]
    said = json.loads(CliRunner().invoke(app, typed).stdout)

    plain = results["function"]
    for result in results.values():
        assert isinstance(result, ToolResult)
        assert type(result.value) is type(plain.value)
        assert (result.tool, result.sources, len(result.files)) == (name, plain.sources, len(plain.files))
        assert all(file.is_file() and str(file) in result.text for file in result.files)
    assert message.content == results["agent"].text
    assert (said["tool"], tuple(said["sources"]), len(said["files"])) == (
        name,
        plain.sources,
        len(plain.files),
    )
    assert all(Path(file).is_file() and file in said["text"] for file in said["files"])
