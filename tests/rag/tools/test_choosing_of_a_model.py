"""The model's own call of a tool with real models: the form always, the choice with the larger one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generators.settings import GeneratorSettings
from generators.text.protocol import TextGenerator
from rag.assembly import open_generator
from rag.settings import Settings
from rag.tools.arguments import checked_arguments
from rag.tools.choosing import choose_call
from rag.tools.registry import find_tool

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def generator() -> Iterator[TextGenerator]:
    opened = open_generator(Settings())
    yield opened
    opened.close()


def test_the_smallest_model_writes_a_call_of_the_schema() -> None:
    small = open_generator(Settings(generator=GeneratorSettings(engine="llama-cpp:gemma-3-270m-q4_k_m")))
    try:
        call = choose_call(small, "Draw me a ship at sea.")
    finally:
        small.close()
    if call is not None:
        tool = find_tool(call.tool)
        assert call.arguments.keys() <= {each.name for each in tool.parameters}


@pytest.mark.parametrize(
    ("message", "tool", "arguments"),
    [
        ("Draw me a picture of an old lighthouse.", "draw", {"prompt"}),
        ("Please read that aloud.", "speak", set()),
        ("Translate it into German.", "translate", {"language"}),
        ("Who is named as tenant?", None, set()),
    ],
)
def test_the_usual_model_chooses(
    generator: TextGenerator, message: str, tool: str | None, arguments: set[str]
) -> None:
    call = choose_call(generator, message)
    assert (None if call is None else call.tool) == tool
    if call is not None:
        assert arguments <= call.arguments.keys()
        checked_arguments(call.tool, find_tool(call.tool).parameters, call.arguments)
