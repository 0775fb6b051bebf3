"""The tools as LangChain's, for any agent that calls tools."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from langchain_core.tools import BaseTool, StructuredTool, ToolException

from generators.errors import GeneratorError
from ingest.errors import IngestError
from machine import MachineError
from rag.collection import Collection as Documents
from rag.errors import RagError
from rag.tools.registry import TOOLS, Tool, run_tool
from rag.tools.types import ToolCall, ToolResult
from rag.tools.workshop import ToolSettings, Workshop

#: What is meant for whoever called the tool: the agent reads it as the tool's answer, and goes on.
_IN_WORDS = (RagError, GeneratorError, IngestError, MachineError, OSError)
_DEFAULT = ToolSettings()


def tools_of(
    collection: Documents | None,
    folder: Path,
    settings: ToolSettings = _DEFAULT,
    *,
    names: Collection[str] | None = None,
) -> list[BaseTool]:
    """The tools over this collection; what they make goes to the folder. `names` limits them to some.

    Without a collection, those that need none. A tool's message is its result's `text`, which names the
    files, and its artifact the `ToolResult`. What goes wrong is told to the agent in words. The engines that
    they load stay loaded as long as the tools are there: `tools_in` is for who wants to close them.
    """
    return tools_in(Workshop(folder, settings, collection=collection), names=names)


def tools_in(workshop: Workshop, *, names: Collection[str] | None = None) -> list[BaseTool]:
    """The same over a workshop, which its owner closes. Raises ValueError for a name that no tool has."""
    if names is not None and (unknown := set(names) - {tool.name for tool in TOOLS}):
        raise ValueError(f"There is no tool {', '.join(sorted(unknown))}.")
    return [
        _as_langchain(workshop, tool)
        for tool in TOOLS
        if (names is None or tool.name in names) and (workshop.has_collection or not tool.reads_documents)
    ]


def _as_langchain(workshop: Workshop, tool: Tool) -> BaseTool:
    return StructuredTool(
        name=tool.name,
        description=tool.description,
        args_schema={"title": tool.name, **tool.schema()},
        func=_calling(workshop, tool),
        response_format="content_and_artifact",
        handle_tool_error=True,
    )


def _calling(workshop: Workshop, tool: Tool) -> Callable[..., tuple[str, ToolResult]]:
    def call(**arguments: object) -> tuple[str, ToolResult]:
        try:
            result = run_tool(workshop, ToolCall(tool.name, arguments))
        except _IN_WORDS as error:
            raise ToolException(str(error)) from error
        return result.text, result

    return call
