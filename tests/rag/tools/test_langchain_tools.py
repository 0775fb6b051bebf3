"""The tools in a LangChain agent: the loop is LangChain's own, the model says what it was told to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from generators.audio.sound_files import read_note as sound_note
from generators.image.picture_files import read_note
from rag.tools.registry import TOOLS
from rag.tools.types import ToolResult
from rag.tools.workshop import ToolSettings, Workshop

# LangChain itself warns of its own coming changes; they are not this project's.
pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")

Opened = Callable[..., Workshop]


def agent_run(workshop: Workshop, *calls: Sequence[dict[str, Any]]) -> list[Any]:
    """The messages of an agent whose model makes these calls, turn by turn, and then says "Done."."""
    from langchain.agents import create_agent
    from langchain_core.language_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage, ToolMessage

    from rag.langchain import tools_in

    class Scripted(GenericFakeChatModel):
        def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
            assert {tool.name for tool in tools} >= {"draw", "speak"}
            return self

    turns = [
        AIMessage("", tool_calls=[{**call, "id": f"{turn}-{place}"} for place, call in enumerate(said)])
        for turn, said in enumerate(calls)
    ]
    model = Scripted(messages=iter([*turns, AIMessage("Done.")]))
    agent = create_agent(model, tools_in(workshop))
    messages = agent.invoke({"messages": [("user", "Draw the winch and read the page.")]})["messages"]
    assert messages[-1].content == "Done."
    return [message for message in messages if isinstance(message, ToolMessage)]


def test_an_agent_draws_and_speaks_and_is_told_the_files(workshop: Opened) -> None:
    drawn, spoken = agent_run(
        workshop(),
        [{"name": "draw", "args": {"prompt": "the winch on page 2", "from_documents": True}}],
        [{"name": "speak", "args": {"document": "manual.pdf", "page": 2}}],
    )
    for message, read in ((drawn, read_note), (spoken, sound_note)):
        assert message.status == "success"
        assert isinstance(message.artifact, ToolResult)
        (file,) = message.artifact.files
        assert str(file) in message.content
        assert "manual.pdf, page 2" in read(file).sources[0]


def test_calls_side_by_side_do_not_get_in_each_others_way(workshop: Opened) -> None:
    messages = agent_run(workshop(), [{"name": "draw", "args": {"prompt": "a lens"}}] * 4)
    assert len({message.artifact.files for message in messages}) == 4


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ({"name": "draw", "args": {"prompt": "x", "steps": 9999}}, "at most 150"),
        ({"name": "draw", "args": {"prompt": "x", "out": "/etc/x.png"}}, "takes no argument 'out'"),
        ({"name": "speak", "args": {"document": "manual.pdf", "page": 40}}, "no page 40"),
        ({"name": "transcribe", "args": {"file": "/etc/passwd"}}, "There is no recording"),
    ],
)
def test_what_goes_wrong_is_told_to_the_agent_which_goes_on(
    workshop: Opened, tmp_path: Path, call: dict[str, Any], says: str
) -> None:
    (message,) = agent_run(workshop(), [call])
    assert message.status == "error"
    assert says in message.content
    assert not list((tmp_path / "made").glob("*"))


def test_every_tool_is_there_with_its_schema(workshop: Opened, tmp_path: Path) -> None:
    from langchain_core.utils.function_calling import convert_to_openai_tool

    from rag.langchain import tools_in, tools_of

    over = tools_of(workshop().collection(), tmp_path, ToolSettings())
    assert [tool.name for tool in over] == [tool.name for tool in TOOLS]
    for tool, own in zip(over, TOOLS, strict=True):
        offered = convert_to_openai_tool(tool)["function"]
        assert offered["description"] == own.description
        assert offered["parameters"]["properties"] == own.schema()["properties"]
    without = tools_of(None, tmp_path)
    assert {tool.name for tool in TOOLS} - {tool.name for tool in without} == {"ask", "search"}
    assert [tool.name for tool in tools_of(None, tmp_path, names=["draw"])] == ["draw"]
    with pytest.raises(ValueError, match="no tool paint"):
        tools_in(workshop(), names=["paint"])
