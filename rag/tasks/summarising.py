"""Summaries of a text: short, long, or as bullet points."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from generators.text.protocol import TextGenerator
from rag.tasks.pieces import cut_text
from rag.tasks.writing import TaskWriter

SummaryForm = Literal["short", "long", "bullets"]

_INSTRUCTIONS: dict[SummaryForm, str] = {
    "short": "Summarise the text in one or two sentences. Write nothing else.",
    "long": "Summarise the text in a few paragraphs, with its figures and names. Write nothing else.",
    "bullets": 'Summarise the text as up to seven bullet points, each line beginning with "- ".',
}
_MOST_TOKENS: dict[SummaryForm, int] = {"short": 120, "long": 500, "bullets": 300}
#: Of a text that must be read in pieces, what is noted of each.
_NOTE_TOKENS = 160
_ANSWER_SHARE = 0.3
#: Of what is shown at once a note takes at most this share: so each round leaves at most half as many.
_LARGEST_SHARE = 3
#: The last line of a summary that the model was stopped in the midst of.
CUT_OFF = "[the summary was cut off here]"
_BETWEEN = "\n\n"
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


def summarise(
    generator: TextGenerator,
    text: str,
    form: SummaryForm = "short",
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[str, ...]:
    """The summary's paragraphs, or its bullet points without their bullets. Empty for a text without a word.

    A text that does not fit the context is read in pieces, and the notes of all of them are summarised, in
    rounds. The last line is `CUT_OFF` where the end is missing. Engines that quote give the pieces' first
    sentences. Raises TaskStopped, and what the engine raises.
    """
    writer = TaskWriter(generator, "summarise", quotes=True, cancelled=cancelled)
    pieces = writer.cut(text, _INSTRUCTIONS[form], _ANSWER_SHARE)
    if len(pieces) > 1:
        text = _noted(writer, [piece.text for piece in pieces], form)
    if not text.strip():
        return ()
    written = writer.write(_INSTRUCTIONS[form], text, _MOST_TOKENS[form])
    lines = [
        _BULLET.sub("", line).strip() if form == "bullets" else line.strip()
        for line in written.text.split("\n")
    ]
    return (*(line for line in lines if line), *([CUT_OFF] if written.cut and not writer.quotes else []))


def _noted(writer: TaskWriter, pieces: Sequence[str], form: SummaryForm) -> str:
    """Notes that fit the context together, and to which each piece gave something."""
    instruction = _INSTRUCTIONS["short"]
    room = min(writer.room(one, _ANSWER_SHARE) for one in (instruction, _INSTRUCTIONS[form]))
    most = room // _LARGEST_SHARE

    def note(text: str) -> str:
        written = writer.write(instruction, text, min(_NOTE_TOKENS, most)).text
        return cut_text(written, most, writer.count)[0].text.strip() if written else ""

    notes = [one for one in map(note, pieces) if one]
    while len(groups := _together(notes, room, writer.count)) > 1:
        condensed = (group[0] if len(group) == 1 else note(_BETWEEN.join(group)) for group in groups)
        notes = [one for one in condensed if one]
    return _BETWEEN.join(notes)


def _together(notes: Sequence[str], room: int, count: Callable[[str], int]) -> list[list[str]]:
    """The notes in order, as many together as fit."""
    groups: list[list[str]] = []
    for one in notes:
        if groups and count(_BETWEEN.join((*groups[-1], one))) <= room:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups
