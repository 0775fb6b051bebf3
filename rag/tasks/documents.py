"""A document's text as tasks show it to a model: data, of which nothing acts on it."""

from __future__ import annotations

from rag.neutralising import neutralised
from rag.sentences import sentence_spans
from rag.types import Passage, Span


def shown_text(text: str) -> str:
    """The text as an answer's passages are shown: `rag.neutralising` says what is left out or put plainly.

    For texts that come from documents; what a person types is that person's own word.
    """
    spans = tuple(Span(start, end, 1, "", text[start:end]) for start, end in sentence_spans(text))
    if not spans:
        return text
    return neutralised(Passage(1, 0, "", "", (), spans, text)).text
