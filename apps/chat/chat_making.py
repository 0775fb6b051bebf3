"""What is made in a chat: commands such as /draw, and an answer read aloud."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from apps.chat.chat_work import Job, Made, Outcome, Work
from apps.gallery import made_folder
from apps.tool_choices import ChosenEngines
from generators.audio.composing import ComposedFile
from generators.audio.speech import SpokenFile
from generators.image.drawing import DrawnFiles
from rag import Answer, Collection, Settings
from rag.conversations.types import KeptTurn
from rag.tools.chat_tools import ChatTools, help_lines
from rag.tools.making import spoken
from rag.tools.types import ToolCall, ToolResult
from rag.tools.workshop import Workshop


def workshop(
    collection: Collection | None,
    cancelled: Callable[[], bool],
    folder: Path | None = None,
    engines: ChosenEngines | None = None,
) -> Workshop:
    """With these engines, else those that the environment names; nothing is loaded yet. Raises WrongUse."""
    engines = engines or ChosenEngines.of_environment()
    settings = engines.tool_settings(Settings() if collection is None else collection.settings)
    return Workshop(folder or made_folder(), settings, collection=collection, cancelled=cancelled)


def commanded(collection: Collection, line: str) -> ToolCall | None:
    """The call that a line with a slash makes; None for an unknown command. Raises ToolCallRefused."""
    with workshop(collection, lambda: False) as bench:
        return ChatTools(bench).commanded(line)


def making(collection: Collection, call: ToolCall, last: Answer | None, engines: ChosenEngines) -> Job:
    """The job of a `Work` that makes a call; `last` is the answer that is meant where nothing is named."""

    def job(work: Work) -> Outcome:
        work.tell(stage="making", note=call.tool)
        with workshop(collection, work.cancelled, engines=engines) as bench:
            result = ChatTools(bench).run(call, last)
        return Made(result, _how_made(result))

    return job


def read_aloud(turn: KeptTurn) -> bytes:
    """The answer as a WAV file, which says what made it and from which pages.

    Raises the errors of the voice.
    """
    cited = dict.fromkeys(
        f"{citation.document}, page {citation.page_number}"
        for sentence in turn.sentences
        for citation in sentence.citations
    )
    with (
        tempfile.TemporaryDirectory(prefix="refdesk-aloud-") as folder,
        workshop(None, lambda: False, Path(folder)) as bench,
    ):
        return spoken(bench, turn.text, sources=tuple(cited)).files[0].read_bytes()


def commands() -> tuple[tuple[str, str], ...]:
    """What can be typed, and what it does; a last line is about places."""
    return help_lines()


def _how_made(result: ToolResult) -> tuple[str, ...]:
    value = result.value
    if isinstance(value, DrawnFiles):
        return tuple(file.making.sentence for file in value.files)
    if isinstance(value, SpokenFile | ComposedFile):
        return (value.making.sentence,)
    return ()
