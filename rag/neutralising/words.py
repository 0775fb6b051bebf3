"""What was done to a passage, said to a person."""

from __future__ import annotations

from rag.types import Neutralised, Passage

_WORDS = {
    Neutralised.ORDER: "holds text that addresses the software; it was left out of the prompt",
    Neutralised.HIDDEN: "holds text that a reader does not see; it was left out of the prompt",
    Neutralised.DELIMITER: "holds marks of a chat with a language model; they were shown as plain words",
}


def in_words(passage: Passage) -> tuple[str, ...]:
    """A sentence for each thing done to the passage that a person should know of.

    Links that were written out as text are not worth a word.
    """
    return tuple(
        f"Passage {passage.number} {_WORDS[reason]}." for reason in passage.neutralised if reason in _WORDS
    )
