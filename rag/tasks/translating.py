"""A text in another language."""

from __future__ import annotations

from collections.abc import Callable

from generators.text.protocol import TextGenerator
from rag.tasks.writing import TaskWriter

#: Stands in a translation where the model was stopped in the midst of it, and did no better with less text.
CUT_OFF = "[the translation of this part was cut off here]"
#: A translation may take so many tokens for one of the text: scripts differ. One that was cut is repeated
#: with half the text, and twice as many for each.
_ANSWER_SHARE = 2.0
_HALVINGS = 2
_SPARE_TOKENS = 16


def translate(
    generator: TextGenerator, text: str, language: str, *, cancelled: Callable[[], bool] = lambda: False
) -> str:
    """The text in that language, piece by piece where it is long, its paragraphs kept apart.

    `CUT_OFF` stands where some of it is missing. `language` is a language's name, as the model knows it:
    "German". Raises TaskUnsuited, TaskStopped, and what the engine raises.
    """
    writer = TaskWriter(generator, "translate", cancelled=cancelled)
    instruction = f"Translate the text into {language}. Write the translation and nothing else."
    pieces = writer.cut(text, instruction, _ANSWER_SHARE)
    return "".join(_translated(writer, instruction, piece.text) for piece in pieces)


def _translated(
    writer: TaskWriter, instruction: str, text: str, share: float = _ANSWER_SHARE, halvings: int = _HALVINGS
) -> str:
    core = text.strip()
    if not core:
        return text
    before, after = text.split(core, 1)
    written = writer.write(instruction, core, round(share * writer.count(core)) + _SPARE_TOKENS)
    said = written.text
    if written.cut and halvings:
        parts = writer.halved(core)
        said = "".join(_translated(writer, instruction, one.text, 2 * share, halvings - 1) for one in parts)
    elif written.cut:
        said = f"{said} {CUT_OFF}"
    return before + said + after
