"""Summaries of a text: short, long, or as bullet points."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from generators.text.protocol import TextGenerator
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
_MOST_ROUNDS = 6
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


def summarise(
    generator: TextGenerator,
    text: str,
    form: SummaryForm = "short",
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[str, ...]:
    """The summary's paragraphs, or its bullet points without their bullets. Empty for a text without a word.

    A text that does not fit the context is read in pieces, and the notes of them are summarised, in rounds.
    Engines that quote give the pieces' first sentences. Raises TaskStopped, and what the engine raises.
    """
    writer = TaskWriter(generator, "summarise", quotes=True, cancelled=cancelled)
    for _ in range(_MOST_ROUNDS):
        pieces = writer.cut(text, _INSTRUCTIONS[form], _ANSWER_SHARE)
        if len(pieces) <= 1:
            break
        notes = [writer.write(_INSTRUCTIONS["short"], piece.text, _NOTE_TOKENS).text for piece in pieces]
        shorter = "\n\n".join(note for note in notes if note)
        if writer.count(shorter) >= writer.count(text):  # it will never fit
            text = pieces[0].text
            break
        text = shorter
    if not text.strip():
        return ()
    written = writer.write(_INSTRUCTIONS[form], text, _MOST_TOKENS[form]).text
    lines = [
        _BULLET.sub("", line).strip() if form == "bullets" else line.strip() for line in written.split("\n")
    ]
    return tuple(line for line in lines if line)
