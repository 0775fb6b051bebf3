"""What is made in a chat: its options, its commands, and what is shown of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import complain, failure_of
from apps.cli.interruption import Interruption
from apps.cli.option_groups import with_option_group
from apps.cli.screen import note, note_from_signal
from apps.cli.tool_display import show_result
from apps.cli.tool_options import DEFAULT_FOLDER, FilesFolder, ImageModel, MusicModel, Voice, tool_settings

if TYPE_CHECKING:
    from rag import Answer, Collection
    from rag.tools.chat_tools import ChatTools
    from rag.tools.types import ToolCall


@dataclass(frozen=True, slots=True)
class ChatToolOptions:
    """What was typed; None where nothing was."""

    tools: bool | None = None
    files: Path | None = None
    image_model: str | None = None
    music_model: str | None = None
    voice: str | None = None

    @contextmanager
    def bench(self, collection: Collection) -> Iterator[ToolBench]:
        """The chat's tools; what they load is let go of at its end. Raises WrongUse, TaskUnsuited."""
        from rag.tools.chat_tools import ChatTools
        from rag.tools.workshop import Workshop

        stopping = Interruption(lambda: note_from_signal("Stopping; Ctrl-C again stops at once."))
        settings = tool_settings(self.image_model, self.music_model, self.voice)
        folder = (self.files or DEFAULT_FOLDER).expanduser()
        with Workshop(folder, settings, collection=collection, cancelled=stopping) as workshop:
            tools = ChatTools(workshop)
            if self.tools:
                tools.require_choosing()
            yield ToolBench(tools, bool(self.tools), stopping)


COMMANDS_ALONE = ChatToolOptions()

_OPTIONS: dict[str, object] = {
    "tools": Annotated[
        bool | None,
        typer.Option(
            "--tools/--no-tools",
            help="Whether the language model may take a message for a wish (“draw me a ship”, “read that "
            "aloud”, “translate it into German”) and call the tool. Off unless you say so; commands such as "
            "/draw work in any case.",
            show_default=False,
        ),
    ],
    "files": FilesFolder,
    "image_model": ImageModel,
    "music_model": MusicModel,
    "voice": Voice,
}


def with_tool_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose parameter `making` is made of these options."""
    return with_option_group(command, "making", _OPTIONS, ChatToolOptions)


class ToolBench:
    """Runs what a chat's lines ask for, and shows it. What goes wrong is said, and the chat goes on."""

    def __init__(self, tools: ChatTools, choosing: bool, stopping: Interruption) -> None:
        self._tools = tools
        self._choosing = choosing
        self._stopping = stopping

    def obey(self, line: str, last: Answer | None, as_json: bool) -> bool:
        """Whether the line is one of the tools' commands; then it was run."""
        return self._tried(lambda: self._tools.commanded(line), last, as_json)

    def serve(self, message: str, last: Answer | None, as_json: bool) -> bool:
        """Whether the model took the message for a wish, or wrote no choice; then no answer is to come."""
        if not self._choosing:
            return False
        return self._tried(lambda: self._tools.chosen(message, self._stopping), last, as_json)

    def _tried(self, read: Callable[[], ToolCall | None], last: Answer | None, as_json: bool) -> bool:
        try:
            with self._stopping:
                call = read()
                if call is None:
                    return False
                result = self._tools.run(call, last)
            show_result(result, as_json)
        except KeyboardInterrupt:
            note("Stopped.")
        except Exception as error:
            if failure_of(error) is None:
                raise
            complain(error, as_json)
        return True


def help_text(own: Sequence[tuple[str, str]]) -> str:
    """What can be typed: the chat's own commands, and those of the tools."""
    from rag.tools.chat_tools import help_lines

    *commands, (_, places) = help_lines()
    lines = [f"  {usage:<33}{about}" for usage, about in (*own, *commands)]
    return "\n".join(
        [
            "Type a question, then follow-ups. A line that begins with a slash is a command:",
            *lines,
            places,
            "Ctrl-C stops an answer that is being written, and what is being made.",
        ]
    )
