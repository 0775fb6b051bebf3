"""Which of some labels a text has."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generators.text.protocol import TextGenerator
from rag.errors import TaskUnsuited
from rag.tasks.writing import TaskWriter

_ANSWER_SHARE = 0.1
_MOST_TOKENS = 24


@dataclass(frozen=True, slots=True)
class Classification:
    """`likelihood` is the probability of the label's text under the model, free to write anything: 0 to 1.

    None where the engine cannot tell. `characters_read`: of a long text the beginning decides.
    """

    label: str
    likelihood: float | None
    characters_read: int


def classify(
    generator: TextGenerator,
    text: str,
    labels: Sequence[str],
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> Classification:
    """The label that the model chooses. llama.cpp's models can write nothing else; others' words are read.

    Raises ValueError for less than two labels, TaskUnsuited for an engine that only quotes or a model that
    names none of the labels, TaskStopped, and what the engine raises.
    """
    different = {label.casefold() for label in labels}
    if len(labels) < 2 or len(different) < len(labels) or "" in different:
        raise ValueError("Give at least two labels, each once.")
    writer = TaskWriter(generator, "classify", cancelled=cancelled)
    listed = ", ".join(labels)
    instruction = (
        f"Which one of these labels fits the text best: {listed}? Write that label and nothing else."
    )
    piece = (*writer.cut(text, instruction, _ANSWER_SHARE), None)[0]
    read = piece.text if piece is not None else ""
    grammar = "root ::= " + " | ".join(json.dumps(label, ensure_ascii=False) for label in labels)
    most = max(_MOST_TOKENS, *(writer.count(label) + 2 for label in labels))
    written = writer.write(instruction, read, most, grammar)
    return Classification(_named(written.text, labels), written.likelihood, len(read))


def _named(text: str, labels: Sequence[str]) -> str:
    """The label that the text names first; of several at one place the longest."""
    said = text.casefold()
    found = [(place, -len(label), label) for label in labels if (place := said.find(label.casefold())) >= 0]
    if not found:
        raise TaskUnsuited(
            f"The model named none of the labels, but wrote: {text[:80]!r}. Take a larger model, or a "
            "`llama-cpp:` one, which can be held to them."
        )
    return min(found)[2]
