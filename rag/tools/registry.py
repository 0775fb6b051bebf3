"""The tools there are, and the one way in which each is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from machine import waits_end_when
from rag.errors import ToolCallRefused
from rag.tools import asking, making, texts
from rag.tools.arguments import Parameter, checked_arguments, parameters_of, schema_of
from rag.tools.types import ToolCall, ToolResult
from rag.tools.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Tool:
    """A function whose first parameter is the workshop; all else is read from its signature.

    `reads_documents`: whether it is of no use without a collection.
    """

    function: Callable[..., ToolResult]
    reads_documents: bool = False

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def description(self) -> str:
        """One line: the first of the function's docstring."""
        return (self.function.__doc__ or "").strip().partition("\n")[0]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return parameters_of(self.function)

    def schema(self, *, fine: bool = True) -> dict[str, object]:
        """The JSON schema of its arguments; with `fine` False without those that have good defaults."""
        return schema_of(tuple(each for each in self.parameters if fine or not each.about.fine))


#: A further tool is one more entry: a function with a workshop in front and annotated arguments.
TOOLS: tuple[Tool, ...] = (
    Tool(making.draw),
    Tool(making.music),
    Tool(making.speak),
    Tool(making.transcribe),
    Tool(texts.summarize),
    Tool(texts.translate),
    Tool(texts.classify),
    Tool(texts.entities),
    Tool(asking.ask, reads_documents=True),
    Tool(asking.search, reads_documents=True),
)


def find_tool(name: str) -> Tool:
    """Raises ToolCallRefused."""
    for tool in TOOLS:
        if tool.name == name:
            return tool
    known = ", ".join(tool.name for tool in TOOLS)
    raise ToolCallRefused(f"There is no tool {name[:40]!r}. There are: {known}.")


def run_tool(workshop: Workshop, call: ToolCall) -> ToolResult:
    """Check the call and make it. Raises ToolCallRefused, and what the tool raises.

    Once the workshop is cancelled, a wait for other models' memory ends, too, with WaitStopped.
    """
    tool = find_tool(call.tool)
    arguments = checked_arguments(tool.name, tool.parameters, call.arguments)
    with waits_end_when(workshop.cancelled):
        return tool.function(workshop, **arguments)
