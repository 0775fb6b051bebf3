"""A document's text as tasks show it to a model: data, of which nothing acts on it."""

from __future__ import annotations

from rag.neutralising import neutralised, without_notes
from rag.sentences import sentence_spans
from rag.types import Passage, Span


def shown_text(text: str, *, noted: bool = False) -> str:
    """The text as an answer's passages are shown: `rag.neutralising` says what is left out or put plainly.

    Whatever works on it would work on a note of what was left out as well: with `noted`, for who reads it,
    one stands there. For texts that come from documents; what a person types is that person's own word.
    """
    spans = tuple(Span(start, end, 1, "", text[start:end]) for start, end in sentence_spans(text))
    if not spans:
        return ""
    shown = neutralised(Passage(1, 0, "", "", (), spans, text)).text
    return shown if noted else without_notes(shown)
