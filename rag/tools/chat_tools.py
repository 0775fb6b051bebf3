"""The tools of one chat: by command or by the model's choice, on the last answer where none is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from rag.errors import ToolCallRefused
from rag.grounded.ground import cited_sources
from rag.tools.arguments import checked_arguments
from rag.tools.chat_commands import COMMANDS, PLACES, read_command
from rag.tools.choosing import choose_call, require_chooser
from rag.tools.making import spoken
from rag.tools.registry import find_tool, run_tool
from rag.tools.types import ToolCall, ToolResult
from rag.tools.workshop import Workshop
from rag.types import Answer

_MARKS = re.compile(r"\s*\[\d+(?:\s*[,;]\s*\d+)*\]")


def help_lines() -> tuple[tuple[str, str], ...]:
    """Each command and what it does, and a last line about places."""
    return (*((command.usage, command.about) for command in COMMANDS), ("", PLACES))


class ChatTools:
    """What a chat's face calls: it shows results, and knows nothing of tools. The workshop stays open."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def commanded(self, line: str) -> ToolCall | None:
        """The call that a line with a slash makes; None for another command. Raises ToolCallRefused."""
        return read_command(line)

    def require_choosing(self) -> None:
        """Raises TaskUnsuited where the collection's engine cannot choose."""
        require_chooser(self._workshop.writer())

    def chosen(self, message: str, cancelled: Callable[[], bool] = lambda: False) -> ToolCall | None:
        """The call that the language model takes a message for; None for one to be answered.

        Raises what `choose_call` raises.
        """
        return choose_call(self._workshop.writer(), message, cancelled=cancelled)

    def run(self, call: ToolCall, last: Answer | None) -> ToolResult:
        """Make the call. `last` is worked on where it names no text, document or page.

        Raises ToolCallRefused, and what the tool raises.
        """
        tool = find_tool(call.tool)
        named = {"text", "document", "page"}
        takes_text = named <= {each.name for each in tool.parameters}
        if not takes_text or any(call.arguments.get(name) is not None for name in named):
            return run_tool(self._workshop, call)
        if last is None:
            raise ToolCallRefused("Nothing has been answered yet: name a document, or ask first.")
        text, sources = _MARKS.sub("", last.text), cited_sources(last)
        if call.tool == "speak":  # its file names the pages that the answer cites
            arguments = checked_arguments(tool.name, tool.parameters, call.arguments)
            speed = arguments.get("speed")
            return spoken(
                self._workshop, text, speed=speed if isinstance(speed, float) else None, sources=sources
            )
        result = run_tool(self._workshop, ToolCall(call.tool, {**call.arguments, "text": text}))
        return replace(result, sources=sources)
