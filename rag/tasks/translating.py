"""A text in another language."""

from __future__ import annotations

from collections.abc import Callable

from generators.text.protocol import TextGenerator
from rag.tasks.writing import TaskWriter

#: A translation may take so many tokens for one of the text: scripts differ.
_ANSWER_SHARE = 2.0


def translate(
    generator: TextGenerator, text: str, language: str, *, cancelled: Callable[[], bool] = lambda: False
) -> str:
    """The text in that language, piece by piece where it is long, its paragraphs kept apart.

    `language` is a language's name, as the model knows it: "German". Raises TaskUnsuited, TaskStopped, and
    what the engine raises.
    """
    writer = TaskWriter(generator, "translate", cancelled=cancelled)
    instruction = f"Translate the text into {language}. Write the translation and nothing else."
    translated = ""
    for piece in writer.cut(text, instruction, _ANSWER_SHARE):
        core = piece.text.strip()
        before, after = piece.text.split(core, 1) if core else (piece.text, "")
        most = round(_ANSWER_SHARE * writer.count(core)) + 16
        translated += before + (writer.write(instruction, core, most).text if core else "") + after
    return translated
