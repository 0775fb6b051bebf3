"""Which of some labels a text has."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from generators.labelling.protocol import Classification, require_choice
from generators.text.protocol import TextGenerator
from rag.errors import TaskUnsuited
from rag.tasks.writing import TaskWriter

__all__ = ["Classification", "WritingClassifier", "classify"]

_ANSWER_SHARE = 0.1
_MOST_TOKENS = 24


class WritingClassifier:
    """A Classifier over a model that writes. Closing it closes the generator."""

    def __init__(self, generator: TextGenerator) -> None:
        self._generator = generator

    @property
    def id(self) -> str:
        return self._generator.id

    def classify(
        self, text: str, labels: Sequence[str], *, cancelled: Callable[[], bool] = lambda: False
    ) -> Classification:
        return classify(self._generator, text, labels, cancelled=cancelled)

    def close(self) -> None:
        self._generator.close()


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
    require_choice(labels)
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
